// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.load.granary.GranaryShops;
import io.granary.benchmarks.process.Child;
import io.granary.benchmarks.process.Meters;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Granary. Each run is over when all that was sold has settled. */
public final class Granary implements Contender {
    /** Of the one with one hot product in one partition, and settlement running. */
    public static final String NAME = "granary";

    /** Of the same while nothing settles. */
    public static final String UNSETTLED = "granary-unsettled";

    private static final Duration QUIET = Duration.ofSeconds(30);
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    /** Over all contenders: product names are used once. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final GranaryCluster cluster;
    private final String name;
    private final int products;
    private final int slots;
    private final boolean settles;
    private Drain drain = new Drain(0, 0, 0);
    private Records records = new Records(0, 0, 0);

    private Granary(GranaryCluster cluster, String name, int products, int slots, boolean settles) {
        this.cluster = cluster;
        this.name = name;
        this.products = products;
        this.slots = slots;
        this.settles = settles;
    }

    /** One hot product in one partition, and settlement running. */
    public static Granary hot(GranaryCluster cluster) {
        return new Granary(cluster, NAME, 1, 1, true);
    }

    /** The same, but the allocator is frozen while callers buy: all settles afterwards. */
    public static Granary unsettled(GranaryCluster cluster) {
        return new Granary(cluster, UNSETTLED, 1, 1, false);
    }

    /** Callers buy so many products in turn, each in so many partitions. */
    public static Granary wide(GranaryCluster cluster, String name, int products, int slots) {
        return new Granary(cluster, name, products, slots, true);
    }

    /**
     * What the nodes wrote.
     *
     * @param count of records
     * @param bytes of all records
     * @param allocatedBytes by the nodes' threads
     */
    public record Records(double count, double bytes, double allocatedBytes) {
        Records minus(Records earlier) {
            return new Records(count - earlier.count, bytes - earlier.bytes, allocatedBytes - earlier.allocatedBytes);
        }

        public double bytesEach() {
            return count == 0 ? 0 : bytes / count;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Promise promise() {
        return Promise.DURABLE;
    }

    @Override
    public Outcome run(Run run) throws IOException, SQLException, InterruptedException {
        String prefix = "HOT-" + RUNS.incrementAndGet() + "-";
        List<String> skus =
                IntStream.range(0, products).mapToObj(i -> prefix + i).toList();
        cluster.offer(skus, run.stock(), slots);
        Records before = written();
        LoadResult load;
        if (!settles) {
            cluster.pauseAllocator();
        }
        try {
            load = cluster.run(new LoadSpec(
                    GranaryShops.WAY, skus, run, ThreadLocalRandom.current().nextLong(), cluster.processes()));
        } finally {
            if (!settles) {
                cluster.resumeAllocator();
            }
        }
        drain = cluster.awaitSettled(prefix, load.deducted(), QUIET);
        records = written().minus(before);
        return new Outcome(load, Sums.check(load, cluster.books(prefix)));
    }

    private Records written() throws IOException, InterruptedException {
        double count = 0;
        double bytes = 0;
        double allocated = 0;
        for (Child node : cluster.nodes()) {
            Meters meters = node.ask(Meters.REQUEST, null, Meters.class, ANSWER_WITHIN);
            count += meters.value("granary.lane.record.count");
            bytes += meters.value("granary.lane.record.total");
            allocated += meters.allocatedBytes();
        }
        return new Records(count, bytes, allocated);
    }

    /** What was still to settle when the callers of the last run had ended. */
    public Drain drain() {
        return drain;
    }

    /** What the nodes wrote in the last run. */
    public Records records() {
        return records;
    }

    @Override
    public Map<String, List<Long>> processes() {
        return cluster.processes();
    }
}
