// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.concurrent.Loop;
import io.granary.model.Sku;
import io.granary.registry.Cluster;
import io.granary.registry.SkuEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the registry say of SKUs what the leader wants it to: one write under way, the next one forms meanwhile. A write
 * that fails is done again; a later wish for a SKU replaces an earlier one. Lives on the leader's loop.
 */
final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final int MOST_SKUS = 1_000;
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Loop loop;
    private final Cluster cluster;
    private final Map<Sku, SkuEntry> published = new HashMap<>();
    /** Of what was ever written: who writes later writes as many or more. */
    private final Map<Sku, Integer> slots = new HashMap<>();

    private final Map<Sku, SkuEntry> wanted = new LinkedHashMap<>();
    private Map<Sku, SkuEntry> underWay = Map.of();
    private final Trouble writes = new Trouble(LOG, "Publishing SKUs in the registry");
    private CompletableFuture<Void> formed = new CompletableFuture<>();
    private boolean paused;
    private boolean closed;

    Publisher(Loop loop, Cluster cluster) {
        this.loop = loop;
        this.cluster = cluster;
    }

    /** What was last wanted of a SKU; null if nothing was. */
    @Nullable
    SkuEntry latest(Sku sku) {
        SkuEntry entry = wanted.get(sku);
        if (entry == null) {
            entry = underWay.get(sku);
        }
        return entry == null ? published.get(sku) : entry;
    }

    void want(Sku sku, SkuEntry entry) {
        if (!entry.equals(latest(sku))) {
            wanted.put(sku, entry);
            pump();
        }
    }

    /** Whether this entry, wanted before, is written. */
    boolean isPublished(Sku sku, SkuEntry entry) {
        return entry.equals(published.get(sku)) && !wanted.containsKey(sku) && !underWay.containsKey(sku);
    }

    /** How many slots of a SKU the registry tells of, for certain; later writes tell of as many or more. */
    int publishedSlots(Sku sku) {
        return slots.getOrDefault(sku, 0);
    }

    /** Completes after the next write that succeeds: ask again then. */
    CompletableFuture<Void> nextWrite() {
        return formed;
    }

    private void pump() {
        if (closed || paused || !underWay.isEmpty() || wanted.isEmpty()) {
            return;
        }
        Map<Sku, SkuEntry> batch = new HashMap<>();
        Iterator<Map.Entry<Sku, SkuEntry>> next = wanted.entrySet().iterator();
        while (next.hasNext() && batch.size() < MOST_SKUS) {
            Map.Entry<Sku, SkuEntry> entry = next.next();
            batch.put(entry.getKey(), entry.getValue());
            next.remove();
        }
        underWay = batch;
        var unused = cluster.publish(batch).whenComplete((done, fault) -> loop.execute(() -> finish(batch, fault)));
    }

    private void finish(Map<Sku, SkuEntry> batch, @Nullable Throwable fault) {
        underWay = Map.of();
        if (closed) {
            return;
        }
        if (fault == null) {
            writes.isOver();
            published.putAll(batch);
            batch.forEach((sku, entry) -> slots.merge(sku, entry.slots(), Math::max));
            CompletableFuture<Void> done = formed;
            formed = new CompletableFuture<>();
            done.complete(null);
            pump();
            return;
        }
        writes.is(fault);
        // It may have been written or not.
        batch.forEach((sku, entry) -> {
            published.remove(sku);
            wanted.putIfAbsent(sku, entry);
        });
        paused = true;
        loop.schedule(RETRY, () -> {
            paused = false;
            pump();
        });
    }

    void close() {
        closed = true;
        wanted.clear();
        formed.completeExceptionally(new IllegalStateException("no longer leading"));
    }
}
