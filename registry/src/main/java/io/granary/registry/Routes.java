// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.model.Sku;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client's view of the registry. Thread-safe. */
public interface Routes extends AutoCloseable {
    /** Hears what changes; called on threads of the registry, one call at a time for each SKU. */
    interface Listener {
        /** The SKU's view has changed, or is known for the first time; empty if there is no such SKU. */
        void onSku(Sku sku, Optional<SkuView> view);

        /** A node's address is known, or has changed; empty if it is gone. */
        void onNode(String incarnation, Optional<NodeEntry> node);
    }

    /** Hears everything from now on, beginning with what is known. Call once, before {@link #follow}. */
    void listen(Listener listener);

    /** Begins to follow a SKU; its view comes to the listener. Following twice does nothing. */
    void follow(Sku sku);

    /** Follows the SKU no longer. */
    void forget(Sku sku);

    /**
     * Reads the SKU anew: the view is at least as new as this call (a barrier through ZooKeeper's quorum comes before the
     * read). It need not be followed. Completes exceptionally, with {@link RegistryUnavailableException}, if the registry
     * can't be asked now. Calls at the same time share reads.
     */
    CompletableFuture<Optional<SkuView>> refresh(Sku sku);

    @Override
    void close();
}
