// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.PartitionEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
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
    /** What becomes of calls when something is known; called on the loop. */
    interface Traffic {
        /** Any thread may call this. */
        void post(Runnable event);

        /** The call waits nowhere now, and must go on. */
        void route(Call call);

        /** The call waits nowhere now, and has heard from the registry how many slots there are. */
        void confirmed(Call call);

        /** The SKU's calls that wait for a change may go on. */
        void wake(SkuRoutes routes);

        void refuse(Call call, Outcome outcome);

        void park(Call call, boolean tryAgain);
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

    /** The owner says that it does not serve the slot's epoch, which it never will again, but maybe another. */
    void disowned(Slot slot, long itsEpoch, long shunUntilNanos) {
        if (itsEpoch > slot.epoch) {
            List<Call> moved = new ArrayList<>();
            own(slot, itsEpoch, slot.owner, moved);
            moved.forEach(traffic::route);
        } else {
            slot.shun(shunUntilNanos);
        }
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
        // Who was not sent in time goes where there are units.
        moved.forEach(CallState::askRegisteredOnly);
        moved.forEach(traffic::route);
        traffic.wake(routes);
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
        traffic.wake(routes);
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

    /** The call waits for a read of the registry that begins after it. */
    void read(Call call) {
        SkuRoutes routes = call.routes();
        call.place = Call.Place.READING;
        if (routes.readUnderWay) {
            routes.nextReaders.add(call);
        } else {
            routes.readers.add(call);
            beginRead(routes);
        }
    }

    private void beginRead(SkuRoutes routes) {
        routes.readUnderWay = true;
        var unused = registry.refresh(routes.sku)
                .handle((view, failure) -> failure == null ? new ReadEnd(true, view) : ReadEnd.OUT_OF_REACH)
                .thenAccept(end -> traffic.post(() -> endRead(routes, end)));
    }

    /** What a read of the registry has brought. */
    private record ReadEnd(boolean reached, Optional<SkuView> view) {
        static final ReadEnd OUT_OF_REACH = new ReadEnd(false, Optional.empty());

        boolean isSelling() {
            return view.map(SkuView::state).filter(SkuState.SELLING::equals).isPresent();
        }
    }

    private void endRead(SkuRoutes routes, ReadEnd end) {
        Set<Call> readers = routes.readers;
        if (end.isSelling()) {
            // Only a refusal must have been true after the call began: those who came meanwhile can be sent, too.
            readers.addAll(routes.nextReaders);
            routes.nextReaders.clear();
        }
        routes.readers = routes.nextReaders;
        routes.nextReaders = new LinkedHashSet<>();
        routes.readUnderWay = false;
        if (!routes.readers.isEmpty()) {
            beginRead(routes);
        }
        for (Call call : readers) {
            call.place = Call.Place.NONE;
        }
        if (!end.reached()) {
            // Out of reach: what is known counts, and who knows nothing must wait.
            for (Call call : readers) {
                call.confirmUnseen();
                if (routes.state == SkuState.SOLD_OUT && call.heardAll()) {
                    traffic.refuse(call, Outcome.SOLD_OUT);
                } else if (call.heardAll()) {
                    traffic.confirmed(call);
                } else {
                    traffic.park(call, true);
                }
            }
        } else if (end.view().isEmpty()) {
            applyNone(routes);
            for (Call call : readers) {
                traffic.refuse(call, Outcome.NO_SUCH_SKU);
            }
        } else {
            SkuView view = end.view().get();
            if (routes.state == null) {
                apply(routes, view);
                routes.followed = true;
                registry.follow(routes.sku);
            } else if (view.slots() > routes.size()) {
                // Slots were added, and their news is on its way: slots never become fewer, so this is no older.
                apply(routes, view);
            }
            for (Call call : readers) {
                call.confirm(view.slots());
                if (view.state() == SkuState.SOLD_OUT && call.heardAll()) {
                    traffic.refuse(call, Outcome.SOLD_OUT);
                } else if (routes.state == SkuState.SOLD_OUT && call.heardAll()) {
                    traffic.park(call, true); // The news will come by the watch, too.
                } else if (call.heardAll() && view.state() == routes.state) {
                    traffic.confirmed(call);
                } else {
                    traffic.route(call);
                }
            }
        }
        forgetIfUnknown(routes);
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
