// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.PartitionEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A registry in memory: a test says what stands in it, when watches fire and when reads end. */
final class ScriptedRoutes implements Routes {
    final Map<Sku, SkuView> views = new HashMap<>();
    final Set<Sku> followed = new HashSet<>();
    final Deque<Runnable> reads = new ArrayDeque<>();
    boolean holdReads;
    boolean reachable = true;
    int readsBegun;
    Listener listener;

    static PartitionEntry at(int slot, long epoch, String node) {
        return new PartitionEntry(slot, epoch, node);
    }

    /** Changes the registry and tells the watch. */
    void publish(Sku sku, SkuState state, int slots, PartitionEntry... partitions) {
        change(sku, state, slots, partitions);
        tell(sku);
    }

    /** Changes the registry; the watch is late. */
    void change(Sku sku, SkuState state, int slots, PartitionEntry... partitions) {
        views.put(sku, new SkuView(state, slots, List.of(partitions)));
    }

    void tell(Sku sku) {
        if (followed.contains(sku)) {
            listener.onSku(sku, Optional.ofNullable(views.get(sku)));
        }
    }

    void node(String incarnation, String address) {
        listener.onNode(incarnation, Optional.of(new NodeEntry(incarnation, address, 1)));
    }

    void nodeGone(String incarnation) {
        listener.onNode(incarnation, Optional.empty());
    }

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
    }

    @Override
    public void follow(Sku sku) {
        followed.add(sku);
        tell(sku);
    }

    @Override
    public void forget(Sku sku) {
        followed.remove(sku);
    }

    @Override
    public CompletableFuture<Optional<SkuView>> refresh(Sku sku) {
        readsBegun++;
        CompletableFuture<Optional<SkuView>> read = new CompletableFuture<>();
        Runnable end = () -> {
            if (reachable) {
                read.complete(Optional.ofNullable(views.get(sku)));
            } else {
                read.completeExceptionally(new IllegalStateException("registry out of reach"));
            }
        };
        if (holdReads) {
            reads.add(end);
        } else {
            end.run();
        }
        return read;
    }

    @Override
    public void close() {}
}
