// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.PartitionEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of SKUs and nodes, from the registry and from what nodes answer. Touched by the loop only, except for
 * what the registry calls.
 */
final class Directory implements Routes.Listener {
    /** Decides what becomes of calls when something is known; called on the loop. */
    interface Traffic {
        /** Any thread may call this. */
        void post(Runnable event);

        /**
         * Something else is known of the SKU.
         *
         * @param moved calls that had to leave where they were: they wait nowhere now
         */
        void changed(SkuRoutes routes, List<Call> moved);

        /**
         * A read of the registry has ended, and what it has brought is known.
         *
         * @param readers whom it answers: they wait nowhere now
         */
        void readEnded(SkuRoutes routes, RegistryRead read, Collection<Call> readers);
    }

    private final Routes registry;
    private final Traffic traffic;
    private final ClientMetrics metrics;
    private final Function<String, NodeLink> links;
    private final Map<Sku, SkuRoutes> skus = new HashMap<>();
    private final Map<String, NodeLink> nodes = new HashMap<>();

    /**
     * @param links makes the link of an incarnation
     */
    Directory(Routes registry, Traffic traffic, ClientMetrics metrics, Function<String, NodeLink> links) {
        this.registry = registry;
        this.traffic = traffic;
        this.metrics = metrics;
        this.links = links;
    }

    void start() {
        registry.listen(this);
    }

    /** What is known of a SKU, which may be nothing so far. */
    SkuRoutes sku(Sku sku) {
        SkuRoutes routes = skus.get(sku);
        if (routes == null) {
            routes = new SkuRoutes(sku);
            skus.put(sku, routes);
        }
        return routes;
    }

    int knownSkus() {
        return skus.size();
    }

    @Override
    public void onSku(Sku sku, Optional<SkuView> view) {
        traffic.post(() -> viewed(sku, view));
    }

    @Override
    public void onNode(String incarnation, Optional<NodeEntry> node) {
        traffic.post(() -> {
            NodeLink link = node(incarnation);
            link.setAddress(node.map(NodeEntry::address).orElse(null));
            forgetIfUseless(link);
        });
    }

    /**
     * The owner says that it does not serve the slot's epoch, which it never will again, but maybe another.
     *
     * @return calls that had to leave where they were: they wait nowhere now
     */
    List<Call> disowned(Slot slot, long itsEpoch, long shunUntilNanos) {
        if (itsEpoch <= slot.epoch) {
            slot.shun(shunUntilNanos);
            return List.of();
        }
        List<Call> moved = new ArrayList<>();
        own(slot, itsEpoch, slot.owner, moved);
        return moved;
    }

    private NodeLink node(String incarnation) {
        return nodes.computeIfAbsent(incarnation, links);
    }

    void forgetIfUseless(NodeLink link) {
        if (link.isUseless()) {
            nodes.remove(link.incarnation, link);
        }
    }

    private void viewed(Sku sku, Optional<SkuView> view) {
        SkuRoutes routes = skus.get(sku);
        if (routes == null || !routes.followed) {
            return;
        }
        if (view.isPresent()) {
            apply(routes, view.get());
        } else {
            applyNone(routes);
        }
    }

    private void apply(SkuRoutes routes, SkuView view) {
        routes.state = view.state();
        routes.size(view.slots());
        List<Call> moved = new ArrayList<>();
        for (Slot slot : routes.slots()) {
            slot.registered = false;
        }
        for (PartitionEntry entry : view.partitions()) {
            Slot slot = routes.slot(entry.slot());
            NodeLink owner = node(entry.node());
            if (entry.epoch() > slot.epoch) {
                own(slot, entry.epoch(), owner, moved);
            }
            // A lower epoch is what a replaced owner left behind, unless the owner has told us of its new epoch first.
            slot.registered = owner == slot.owner && !entry.exhausted();
            forgetIfUseless(owner);
        }
        routes.registrationChanged();
        for (Slot slot : routes.slots()) {
            if ((!slot.registered || view.state() == SkuState.PAUSED) && slot.owner != null) {
                slot.owner.drainUnbound(slot, moved);
            }
        }
        traffic.changed(routes, moved);
    }

    private void applyNone(SkuRoutes routes) {
        routes.state = null;
        if (routes.followed) {
            routes.followed = false;
            registry.forget(routes.sku);
        }
        for (Slot slot : routes.slots()) {
            slot.registered = false;
        }
        routes.registrationChanged();
        traffic.changed(routes, List.of());
        forgetIfUnknown(routes);
    }

    /** The slot has an owner of a higher epoch: what was sent to the former one is given up and comes out. */
    private void own(Slot slot, long epoch, @Nullable NodeLink owner, List<Call> moved) {
        NodeLink former = slot.owner;
        int before = moved.size();
        if (former != null) {
            former.release(slot, moved);
            metrics.givenUp((int) moved.subList(before, moved.size()).stream()
                    .filter(CallState::isOpen)
                    .count());
        }
        slot.epoch = epoch;
        slot.owner = owner;
        slot.shunned = false;
        if (owner != null) {
            owner.owned++;
        }
        if (former != null && former != owner) {
            forgetIfUseless(former);
        }
    }

    /** Reads the registry, if calls wait for that and no read is under way; {@link Traffic#readEnded} tells what came of it. */
    void read(SkuRoutes routes) {
        if (routes.needsRead()) {
            routes.readBegun();
            var unused = registry.refresh(routes.sku)
                    .handle((view, failure) -> failure == null ? RegistryRead.of(view) : RegistryRead.OUT_OF_REACH)
                    .thenAccept(read -> traffic.post(() -> readEnded(routes, read)));
        }
    }

    private void readEnded(SkuRoutes routes, RegistryRead read) {
        Set<Call> readers = routes.readEnded(read.isSelling());
        read(routes);
        learn(routes, read);
        traffic.readEnded(routes, read, readers);
        forgetIfUnknown(routes);
    }

    private void learn(SkuRoutes routes, RegistryRead read) {
        switch (read.end()) {
            case SEEN -> {
                SkuView view = read.view().orElseThrow();
                if (routes.state == null) {
                    apply(routes, view);
                    routes.followed = true;
                    registry.follow(routes.sku);
                } else if (view.slots() > routes.size()) {
                    // Slots were added, and their news is on its way: slots never become fewer, so this is no older.
                    apply(routes, view);
                }
            }
            case NO_SUCH_SKU -> applyNone(routes);
            case OUT_OF_REACH -> {}
        }
    }

    /** SKUs that do not exist leave nothing behind. */
    void forgetIfUnknown(SkuRoutes routes) {
        if (routes.state == null && routes.isIdle()) {
            skus.remove(routes.sku, routes);
            for (Slot slot : routes.slots()) {
                if (slot.owner != null) {
                    NodeLink owner = slot.owner;
                    slot.owner = null;
                    owner.owned--;
                    forgetIfUseless(owner);
                }
            }
        }
    }

    void closeLinks() {
        nodes.values().forEach(NodeLink::close);
    }
}
