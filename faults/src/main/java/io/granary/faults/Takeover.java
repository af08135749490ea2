// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.google.common.collect.Lists;
import io.granary.client.Outcome;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import io.granary.registry.Routes;
import io.granary.registry.SkuView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Kills a node and looks how long its partitions are without an owner. The SKUs that it uses have one slot each and are
 * its own. Used by one thread.
 */
final class Takeover {
    /**
     * What was seen, counted from just before the kill.
     *
     * @param node that was killed
     * @param partitions of the takeover's own SKUs that it had, and that were asked for a unit right after
     * @param first until one of them had acknowledged a deduction
     * @param all until each of them had
     */
    record Times(String node, int partitions, Duration first, Duration all) {}

    private static final int UNITS = 4;
    private static final int BATCH = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);

    private final GranaryProcesses granary;
    private final Market market;
    private final Restocker restocker;
    private final Routes routes;
    private final List<Sku> skus = new ArrayList<>();

    /**
     * @param routes nobody else listens to them
     */
    Takeover(GranaryProcesses granary, Market market, Restocker restocker, Routes routes) {
        this.granary = granary;
        this.market = market;
        this.restocker = restocker;
        this.routes = routes;
    }

    /** The SKUs that were made for it. */
    List<Sku> skus() {
        return List.copyOf(skus);
    }

    /** Kills a node that has at least so many partitions, and starts it again when all is seen. */
    Times of(int partitions) throws InterruptedException, FaultsRun.NotDoneException {
        int wanted = partitions == 1 ? 1 : partitions * Target.NODES;
        while (true) {
            add(wanted - skus.size());
            Map<String, List<Sku>> owned = owned();
            Map.Entry<String, List<Sku>> most = Collections.max(
                    owned.entrySet(),
                    Comparator.comparingInt(entry -> entry.getValue().size()));
            if (most.getValue().size() >= partitions) {
                return kill(most.getKey(), partitions == 1 ? most.getValue().subList(0, 1) : most.getValue());
            }
            wanted += Math.max(1, partitions / 10);
        }
    }

    private void add(int count) throws InterruptedException, FaultsRun.NotDoneException {
        List<CompletableFuture<Void>> sent = IntStream.range(0, count)
                .mapToObj(i -> {
                    Sku sku = new Sku("TAKEOVER-" + (skus.size() + 1));
                    skus.add(sku);
                    return restocker.restock(sku, UNITS, 1);
                })
                .toList();
        FaultsRun.done(CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new)), PATIENCE, "restocks");
        awaitServed();
        // From now on clients know who serves them.
        buyOne(skus.subList(skus.size() - count, skus.size()));
    }

    private void awaitServed() throws InterruptedException, FaultsRun.NotDoneException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int served = count(owned()); served < skus.size(); served = count(owned())) {
            if (System.nanoTime() > deadline) {
                throw new FaultsRun.NotDoneException("SKUs that are served: " + served + " (expected: " + skus.size()
                        + " within " + PATIENCE.toSeconds() + " s)");
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    private static int count(Map<String, List<Sku>> owned) {
        return owned.values().stream().mapToInt(List::size).sum();
    }

    /** The SKUs that are served, by the name of the node. */
    private Map<String, List<Sku>> owned() throws InterruptedException, FaultsRun.NotDoneException {
        Map<String, List<Sku>> owned = new HashMap<>();
        for (List<Sku> batch : Lists.partition(skus, BATCH)) {
            List<CompletableFuture<Optional<SkuView>>> views =
                    batch.stream().map(routes::refresh).toList();
            for (int i = 0; i < batch.size(); i++) {
                Optional<SkuView> view = FaultsRun.done(views.get(i), PATIENCE, "a look at the registry");
                if (view.isPresent() && !view.get().partitions().isEmpty()) {
                    String incarnation = view.get().partitions().get(0).node();
                    owned.computeIfAbsent(nodeOf(incarnation), name -> new ArrayList<>())
                            .add(batch.get(i));
                }
            }
        }
        return owned;
    }

    /** An incarnation is called by its node's name and something of its own. */
    private static String nodeOf(String incarnation) {
        return incarnation.substring(0, incarnation.lastIndexOf('-'));
    }

    private Times kill(String node, List<Sku> partitions) throws InterruptedException, FaultsRun.NotDoneException {
        long began = System.nanoTime();
        granary.process(node).kill();
        List<Duration> acknowledged = buyOne(partitions).stream()
                .map(at -> Duration.ofNanos(at - began))
                .sorted()
                .toList();
        granary.process(node).start();
        return new Times(node, partitions.size(), acknowledged.get(0), acknowledged.get(acknowledged.size() - 1));
    }

    /** Buys a unit of each; returns when each was acknowledged, by {@link System#nanoTime}. */
    private List<Long> buyOne(List<Sku> from) throws InterruptedException, FaultsRun.NotDoneException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        List<CompletableFuture<Long>> answers = from.stream()
                .map(sku -> market.insist(Order.of(sku, 1), until).thenApply(result -> {
                    if (result.outcome() != Outcome.DEDUCTED) {
                        throw new IllegalStateException(sku + ": " + result + " (expected: DEDUCTED)");
                    }
                    return System.nanoTime();
                }))
                .toList();
        List<Long> times = new ArrayList<>();
        for (CompletableFuture<Long> answer : answers) {
            times.add(FaultsRun.done(answer, PATIENCE, "a deduction"));
        }
        return times;
    }
}
