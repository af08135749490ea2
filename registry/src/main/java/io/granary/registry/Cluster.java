// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.model.Sku;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An allocator's view of the registry. Thread-safe. */
public interface Cluster extends AutoCloseable {
    /** Hears what changes; called on one thread of the registry. */
    interface Listener {
        /** The live nodes, all of them, after each change; not called while the registry can't be reached. */
        void onNodes(Map<String, NodeEntry> nodesByIncarnation);

        /** The live allocators, all of them, ordered by name, after each change. */
        void onAllocators(List<AllocatorEntry> allocators);

        /**
         * Whom the registry names as leader, after each change; empty if nobody. What is told may be past, and a leader
         * may be named before it knows: it is for showing the way, and nothing rests on it.
         */
        default void onLeader(Optional<AllocatorEntry> leader) {}

        /** This allocator leads now; two may believe so for a while, and nothing rests on it. */
        void onLeading();

        /** Another one leads. Not called while the registry can't be asked: who led leads on. */
        void onFollowing();

        /**
         * Whether the registry can be asked, after each change; at first it can't. Before it is told that it can again, it
         * is told who leads by now. While it can't, what was told before is the best that is known.
         */
        default void onReach(boolean inReach) {}
    }

    /** Joins the allocators under this name and stands for leader. Call once. */
    void join(String allocator, String address, Listener listener);

    /**
     * Publishes SKUs, creating those that are new; completes when all of it is written, exceptionally if not, and then
     * some may be written: with {@link NotLeadingException} if it has joined and does not lead, {@link
     * RegistryUnavailableException} if the registry can't be asked or an answer was lost. Calls take effect in their order.
     */
    CompletableFuture<Void> publish(Map<Sku, SkuEntry> skus);

    /** Reads all SKUs that are published. */
    CompletableFuture<List<Sku>> skus();

    @Override
    void close();
}
