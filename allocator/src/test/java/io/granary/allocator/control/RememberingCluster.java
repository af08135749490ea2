// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.model.Sku;
import io.granary.registry.Cluster;
import io.granary.registry.SkuEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry in memory, for what the leader publishes. Thread-safe. */
final class RememberingCluster implements Cluster {
    private final Map<Sku, SkuEntry> published = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();

    Optional<SkuEntry> entry(Sku sku) {
        return Optional.ofNullable(published.get(sku));
    }

    /** The next writes fail. */
    void fail(int times) {
        failures.set(times);
    }

    @Override
    public void join(String allocator, String address, Listener listener) {
        throw new AssertionError("the leader does not join by itself");
    }

    @Override
    public CompletableFuture<Void> publish(Map<Sku, SkuEntry> skus) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(new IllegalStateException("the registry is away"));
        }
        published.putAll(skus);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<List<Sku>> skus() {
        return CompletableFuture.completedFuture(new ArrayList<>(published.keySet()));
    }

    @Override
    public void close() {}
}
