// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import com.typesafe.config.Config;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.process.Child;
import io.granary.benchmarks.process.Meters;
import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.report.Figures;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuView;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** What the allocator and the registry take their time for. */
public final class Control {
    /** How long a look of the leader at all books took: the meter's name. */
    private static final String SWEEP = "granary.leader.sweep";

    private static final String COUNT = SWEEP + ".count";
    private static final String TOTAL = SWEEP + ".total_time";
    private static final String MAX = SWEEP + ".max";
    private static final int SWEEPS = 3;
    private static final Duration POLL = Duration.ofMillis(200);

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int SESSION_MILLIS = 10_000;

    /** For fewer the goals say nothing. */
    private static final int MANY_PRODUCTS = 10_000;

    private final GranaryCluster cluster;
    private final Figures figures;
    private final Console console;

    public Control(GranaryCluster cluster, Figures figures, Console console) {
        this.cluster = cluster;
        this.figures = figures;
        this.console = console;
    }

    /** From the first restock until all partitions of all products stand in the registry. */
    public void open(int products, int slots, long unitsEach) throws IOException, InterruptedException {
        List<String> skus =
                IntStream.range(0, products).mapToObj(i -> "WIDE-" + i).toList();
        long began = System.nanoTime();
        cluster.offer(skus, unitsEach, slots);
        double seconds = (System.nanoTime() - began) / 1e9;
        console.say("%,d products with %d partitions each: open and registered after %.1f s", products, slots, seconds);
        figures.add(
                products >= MANY_PRODUCTS ? "control.open.seconds" : "control.open.fewer.seconds",
                "%,d SKUs x %d partitions opened and registered".formatted(products, slots),
                seconds,
                "s");
        if (products >= MANY_PRODUCTS) {
            reconcile();
        }
    }

    /** How long the leader needs to compare all books with what the nodes report, once there is nothing to do for it. */
    private void reconcile() throws IOException, InterruptedException {
        Meters opened = meters();
        figures.add("control.sweep.opening", "the longest reconcile loop while they opened", opened.value(MAX), "s");
        // The one that runs now began before.
        Meters before = awaitSweeps(opened, 1);
        Meters after = awaitSweeps(before, SWEEPS);
        double sweeps = after.value(COUNT) - before.value(COUNT);
        double seconds = (after.value(TOTAL) - before.value(TOTAL)) / sweeps;
        figures.add("control.reconcile.seconds", "the reconcile loop over them", seconds, "s");
        console.say("the reconcile loop over them: %.2f s, mean of %.0f", seconds, sweeps);
    }

    private Meters awaitSweeps(Meters since, int sweeps) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        Meters now = meters();
        while (now.value(COUNT) < since.value(COUNT) + sweeps) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("reconcile loops in %s: %.0f (expected: %d)"
                        .formatted(ANSWER_WITHIN, now.value(COUNT) - since.value(COUNT), sweeps));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            now = meters();
        }
        return now;
    }

    private Meters meters() throws IOException, InterruptedException {
        return cluster.allocator().ask(Meters.REQUEST, null, Meters.class, ANSWER_WITHIN);
    }

    /**
     * Kills a node that serves a product, and sees how long a client takes from the moment at which the new owner stands
     * in the registry until it is told DEDUCTED there.
     */
    public void takeOver(String sku) throws IOException, InterruptedException, KeeperException {
        cluster.offer(List.of(sku), 1_000_000, 1);
        PartitionEntry before = owner(sku).orElseThrow();
        Child node = cluster.nodes().stream()
                .filter(one -> before.node().startsWith(one.name()))
                .findFirst()
                .orElseThrow(() -> new IOException("no node of ours is " + before.node()));
        Config config = Configuration.load(cluster.configuration());
        try (GranaryClient client = GranaryClient.connect(
                RegistrySettings.of(config),
                GrpcSettings.of(config),
                ClientSettings.of(config),
                new SimpleMeterRegistry())) {
            Sku product = new Sku(sku);
            buy(client, product);
            long killed = System.currentTimeMillis();
            cluster.kill(node);
            buy(client, product);
            long served = System.currentTimeMillis();
            long registered = registeredMillis(config, sku);
            figures.add(
                    "control.takeover.seconds",
                    "a takeover, from the death of a node to an answer of the next one",
                    (served - killed) / 1e3,
                    "s");
            figures.add(
                    "control.route.seconds",
                    "of that, from the new owner's entry in the registry on",
                    Math.max(0, served - registered) / 1e3,
                    "s");
            console.say(
                    "takeover: answered %,d ms after the node's death, %,d ms after its successor was registered",
                    served - killed, served - registered);
        }
    }

    private static void buy(GranaryClient client, Sku product) throws IOException, InterruptedException {
        var result = client.deductAndWait(product, RequestId.random(), 1, DEADLINE);
        if (!result.isDeducted()) {
            throw new IOException("a call: " + result + " (expected: DEDUCTED)");
        }
    }

    private Optional<PartitionEntry> owner(String sku) throws IOException, InterruptedException {
        return cluster.view(sku)
                .map(SkuView::partitions)
                .flatMap(entries -> entries.stream().findFirst());
    }

    /** When the newest entry of the product was made, by ZooKeeper's clock, which is this machine's. */
    private static long registeredMillis(Config config, String sku)
            throws IOException, InterruptedException, KeeperException {
        ZooKeeper zooKeeper = new ZooKeeper(config.getString("granary.registry.connect"), SESSION_MILLIS, event -> {});
        try {
            String path = config.getString("granary.registry.root") + "/skus/" + sku + "/partitions";
            long newest = 0;
            for (String child : zooKeeper.getChildren(path, false)) {
                Stat stat = zooKeeper.exists(path + "/" + child, false);
                if (stat != null) {
                    newest = Math.max(newest, stat.getCtime());
                }
            }
            return newest;
        } finally {
            zooKeeper.close();
        }
    }
}
