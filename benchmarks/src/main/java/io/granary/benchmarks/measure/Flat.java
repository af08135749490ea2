// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.process.Child;
import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.report.Figures;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Whether a deduction costs the same with more partitions, products and nodes. */
public final class Flat {
    /** What a deduction needs; settlement comes after it and is measured on its own. */
    private static final List<String> PATH = List.of("client", "node", "broker");

    /** For each node: few, as each row that is sold meanwhile has to settle before anything is measured. */
    private static final int FEW_IN_FLIGHT = 256;

    /** What the race has warmed up already. */
    private static final double KNOWN_SECONDS = 4;

    private static final double ANOTHER_SECONDS = 8;
    /** A node that has just begun needs as long to compile what it runs, and so do as many as there are processors. */
    private static final double NEW_NODES_SECONDS = 14;

    /** With as many callers as are measured: code that knows a few compiles anew when they become many. */
    private static final double MANY_SECONDS = 3;

    private final GranaryCluster cluster;
    private final Figures figures;
    private final Console console;
    private final double seconds;
    private final int inFlight;

    /**
     * @param seconds how long each is measured
     * @param inFlight requests for each node
     */
    public Flat(GranaryCluster cluster, Figures figures, Console console, double seconds, int inFlight) {
        this.cluster = cluster;
        this.figures = figures;
        this.console = console;
        this.seconds = seconds;
        this.inFlight = inFlight;
    }

    public void measure(int nodeHeapMib) throws IOException, SQLException, InterruptedException {
        measure("one", "1 partition", 1, 1, KNOWN_SECONDS);
        measure("64.partitions", "64 partitions", 1, 64, ANOTHER_SECONDS);
        measure("1000.skus", "1,000 SKUs", 1_000, 1, ANOTHER_SECONDS);
        Child second = cluster.startNode(nodeHeapMib);
        measure("2.nodes", "2 nodes, 4 partitions", 1, 4, NEW_NODES_SECONDS);
        Child third = cluster.startNode(nodeHeapMib);
        Child fourth = cluster.startNode(nodeHeapMib);
        measure("4.nodes", "4 nodes, 4 partitions", 1, 4, NEW_NODES_SECONDS);
        // One partition a node of the last product: others take them over.
        for (Child node : List.of(second, third, fourth)) {
            cluster.kill(node);
        }
    }

    private void measure(String key, String text, int products, int slots, double warmUpSeconds)
            throws IOException, SQLException, InterruptedException {
        Granary granary = Granary.wide(cluster, "granary-" + key, products, slots);
        int nodes = cluster.nodes().size();
        console.checked(
                granary.name() + ", warming up",
                granary.run(Run.closed(FEW_IN_FLIGHT * nodes, 0, warmUpSeconds)).wrong());
        Contender.Outcome outcome = granary.run(Run.closed(inFlight * nodes, MANY_SECONDS, seconds));
        console.checked(granary.name(), outcome.wrong());
        LoadResult load = outcome.load();
        double cpu = 0;
        for (String process : PATH) {
            cpu += load.cpuSeconds().getOrDefault(process, 0.0);
        }
        double micros = cpu * 1e6 / load.measured();
        Granary.Records records = granary.records();
        figures.add(
                "flat." + key + ".cpu.micros", text + ": CPU of client, node, broker for each deduction", micros, "us");
        figures.add("flat." + key + ".per.second", text + ": deductions", load.perSecond(), "/s");
        figures.add("flat." + key + ".record.bytes", text + ": a record", records.bytesEach(), "bytes");
        console.say(
                "%s: %,.0f/s, %.3f us of CPU each, records of %,.0f bytes",
                text, load.perSecond(), micros, records.bytesEach());
    }
}
