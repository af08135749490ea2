// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuView;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A registry in which one node serves whatever is asked for. Used by one thread. */
final class FixedRoutes implements Routes {
    private final String node;
    private final SkuView view;
    private @Nullable Listener listener;

    FixedRoutes(String node, SkuView view) {
        this.node = node;
        this.view = view;
    }

    @Override
    public void listen(Listener newListener) {
        listener = newListener;
        newListener.onNode(node, Optional.of(new NodeEntry(node, "127.0.0.1:1", 1)));
    }

    @Override
    public void follow(Sku sku) {
        if (listener != null) {
            listener.onSku(sku, Optional.of(view));
        }
    }

    @Override
    public void forget(Sku sku) {}

    @Override
    public CompletableFuture<Optional<SkuView>> refresh(Sku sku) {
        return CompletableFuture.completedFuture(Optional.of(view));
    }

    @Override
    public void close() {}
}
