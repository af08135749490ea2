// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Drain;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.race.Pace;
import io.granary.benchmarks.report.Figures;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How fast sales get into the database, what that costs the sales, and how fast anything gets into the database. */
public final class SettlementRates {
    private static final int ROWS_TOGETHER = 10_000;

    private SettlementRates() {}

    /**
     * @param inFlight that saturate
     * @param bulkRows to be loaded for comparison, each time
     */
    public static void measure(
            GranaryCluster cluster, int inFlight, int bulkRows, Pace pace, Figures figures, Console console)
            throws Exception {
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        List<Double> drained = new ArrayList<>();
        Map<BulkLoad.Manner, List<Double>> loaded = new EnumMap<>(BulkLoad.Manner.class);
        BulkLoad bulk = new BulkLoad(cluster.database(), ROWS_TOGETHER);
        Granary settling = Granary.hot(cluster);
        Granary unsettled = Granary.unsettled(cluster);
        Run run = Run.closed(inFlight, pace.warmUp(), pace.seconds());
        for (int round = 0; round < pace.rounds(); round++) {
            with.add(perSecond(settling, run, console));
            without.add(perSecond(unsettled, run, console));
            Drain drain = unsettled.drain();
            drained.add(drain.rowsPerSecond());
            for (BulkLoad.Manner manner : BulkLoad.Manner.values()) {
                loaded.computeIfAbsent(manner, unused -> new ArrayList<>()).add(bulk.run(manner, bulkRows));
            }
            console.say(
                    "sold with settlement %,.0f/s, without %,.0f/s; %,d rows settled afterwards at %,.0f/s;"
                            + " LOAD DATA at most %,.0f rows/s",
                    with.get(round),
                    without.get(round),
                    drain.rows(),
                    drain.rowsPerSecond(),
                    loaded.values().stream().mapToDouble(Medians::of).max().orElseThrow());
        }
        figures.add("settlement.with.per.second", "deductions with settlement running", Medians.of(with), "/s");
        figures.add("settlement.without.per.second", "deductions while nothing settles", Medians.of(without), "/s");
        figures.add("settlement.rows.per.second", "settlement of what had piled up", Medians.of(drained), "rows/s");
        double fastest = 0;
        for (Map.Entry<BulkLoad.Manner, List<Double>> each : loaded.entrySet()) {
            BulkLoad.Manner manner = each.getKey();
            double rate = Medians.of(each.getValue());
            fastest = Math.max(fastest, rate);
            figures.add(
                    "settlement.load.data." + manner.name().toLowerCase(Locale.ROOT) + ".per.second",
                    "LOAD DATA of the same rows, " + manner.text(),
                    rate,
                    "rows/s");
        }
        figures.add("settlement.bulk.rows.per.second", "the fastest of these", fastest, "rows/s");
    }

    private static double perSecond(Granary granary, Run run, Console console) throws Exception {
        Contender.Outcome outcome = granary.run(run);
        console.checked(granary.name(), outcome.wrong());
        return outcome.load().perSecond();
    }
}
