// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.google.common.collect.Lists;
import io.granary.client.Outcome;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);
    private static final int UNITS = 4;
    private static final int BATCH = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);

    private final GranaryProcesses granary;
    private final Market market;
    private final Restocker restocker;
    private final Routes routes;
    private final List<Sku> skus = new ArrayList<>();
    /** The incarnations that can be given partitions. */
    private final Set<String> ready = ConcurrentHashMap.newKeySet();

    /**
     * @param routes nobody else listens to them
     */
    Takeover(GranaryProcesses granary, Market market, Restocker restocker, Routes routes) {
        this.granary = granary;
        this.market = market;
        this.restocker = restocker;
        this.routes = routes;
        routes.listen(new Routes.Listener() {
            @Override
            public void onSku(Sku sku, Optional<SkuView> view) {}

            @Override
            public void onNode(String incarnation, Optional<NodeEntry> node) {
                if (node.isPresent() && node.get().lane() != NodeEntry.NO_LANE) {
                    ready.add(incarnation);
                } else {
                    ready.remove(incarnation);
                }
            }
        });
    }

    /** The SKUs that were made for it. */
    List<Sku> skus() {
        return List.copyOf(skus);
    }

    /** Kills a node that has at least so many partitions, and starts it again when all is seen. */
    Times of(int partitions) throws InterruptedException, FaultsRun.NotDoneException {
        int wanted = partitions == 1 ? 1 : partitions * Target.NODES;
        while (true) {
            await("nodes with a lane", () -> ready.size() == Target.NODES);
            add(wanted - skus.size());
            Map<String, List<Sku>> owned = awaitServed();
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

    /** Something that comes about. */
    private interface Condition {
        boolean holds() throws InterruptedException, FaultsRun.NotDoneException;
    }

    private static void await(String what, Condition condition)
            throws InterruptedException, FaultsRun.NotDoneException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new FaultsRun.NotDoneException(
                        what + ": not all (expected: within " + PATIENCE.toSeconds() + " s)");
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    /** The SKUs by the name of the node that serves them, when all are served. */
    private Map<String, List<Sku>> awaitServed() throws InterruptedException, FaultsRun.NotDoneException {
        Map<String, List<Sku>> owned = new HashMap<>();
        await("SKUs that are served", () -> {
            owned.clear();
            owned.putAll(owned());
            return count(owned) == skus.size();
        });
        return owned;
    }

    private static int count(Map<String, List<Sku>> owned) {
        return owned.values().stream().mapToInt(List::size).sum();
    }

    /** The SKUs that are served, by the name of the node. */
    private Map<String, List<Sku>> owned() throws InterruptedException, FaultsRun.NotDoneException {
        Map<String, List<Sku>> owned = new HashMap<>();
        for (List<Sku> batch : Lists.partition(skus, BATCH)) {
            List<CompletableFuture<Optional<SkuView>>> views =
                    batch.stream().map(this::look).toList();
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

    /** Nothing if the registry can't be asked now. */
    private CompletableFuture<Optional<SkuView>> look(Sku sku) {
        return routes.refresh(sku).exceptionally(fault -> {
            LOG.info("No look at {}", sku, fault);
            return Optional.empty();
        });
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
