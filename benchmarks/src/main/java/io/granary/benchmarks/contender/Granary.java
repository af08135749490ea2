// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Granary: one hot SKU with one partition on one node, settlement running. */
public final class Granary implements Contender {
    private static final long STOCK = 1_000_000_000L;
    private static final Duration QUIET = Duration.ofSeconds(15);

    private final GranaryCluster cluster;
    private int products;
    private double settledPerSecond;
    private long settledRows;

    /** @param cluster closed with this */
    public Granary(GranaryCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String name() {
        return "granary";
    }

    @Override
    public Promise promise() {
        return Promise.DURABLE;
    }

    @Override
    public Outcome run(Run run) throws IOException, SQLException, InterruptedException {
        String sku = "HOT-" + ++products;
        cluster.offer(sku, STOCK, 1);
        LoadResult load = cluster.run(new LoadSpec(
                List.of(sku),
                run.inFlight(),
                run.perSecond(),
                run.warmUpSeconds(),
                run.seconds(),
                0,
                ThreadLocalRandom.current().nextLong(),
                cluster.processes()));
        long before = cluster.sold(sku);
        long began = System.nanoTime();
        long settled = cluster.awaitSettled(sku, load.deducted(), QUIET);
        double seconds = (System.nanoTime() - began) / 1e9;
        settledRows = settled - before;
        settledPerSecond = settledRows / seconds;
        List<String> wrong = new ArrayList<>(Sums.check(load, cluster.books(sku)));
        return new Outcome(load, wrong);
    }

    /** Ledger rows that were still to settle when the callers of the last run had ended. */
    public long settledRows() {
        return settledRows;
    }

    /** How fast those settled, in rows a second. */
    public double settledPerSecond() {
        return settledPerSecond;
    }

    public GranaryCluster cluster() {
        return cluster;
    }

    @Override
    public Map<String, List<Long>> processes() {
        return cluster.processes();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
