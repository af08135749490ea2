// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.control.LeaderLook.NodeLook;
import io.granary.api.NodeList;
import io.granary.api.NodeView;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Partition nodes, and which of them are drained. A drain is a rebalance as well. */
final class NodeArea implements Area {
    private static final int LOOK_SECONDS = 5;

    private final Leader leader;
    private final IntentionStore intentions;

    NodeArea(Leader leader, IntentionStore intentions) {
        this.leader = leader;
        this.intentions = intentions;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/nodes", this::list).post("/nodes/{node}/undrain", this::undrain);
    }

    private LeaderLook look() {
        return leader.look().orTimeout(LOOK_SECONDS, TimeUnit.SECONDS).join();
    }

    /** The nodes as the leader sees them. */
    LiveNodes seen() {
        return look().live();
    }

    /** The same if what is wished is about a node. */
    LiveNodes seenFor(Wish wish) {
        return wish.kind().isOfNode() ? seen() : LiveNodes.UNSEEN;
    }

    private void list(Context ctx) {
        ctx.json(nodes());
    }

    private NodeList nodes() {
        Map<String, IntentionStore.Drained> drains = new HashMap<>();
        intentions.drains().forEach(drain -> drains.put(drain.node(), drain));
        Map<String, NodeView> views = new TreeMap<>();
        for (NodeLook look : look().nodes()) {
            views.put(look.incarnation(), view(look.name(), look, drains.get(look.name())));
        }
        Set<String> alive = new TreeSet<>();
        views.values().forEach(view -> alive.add(view.node()));
        drains.forEach((name, drain) -> {
            if (!alive.contains(name)) {
                views.put(name, view(name, null, drain));
            }
        });
        return new NodeList(List.copyOf(views.values()));
    }

    private NodeView view(String name, @Nullable NodeLook look, IntentionStore.@Nullable Drained drain) {
        return new NodeView(
                name,
                look == null ? null : look.incarnation(),
                look == null ? null : look.address(),
                look == null || look.lane() < 0 ? null : look.lane(),
                look != null && look.ready(),
                look == null ? null : look.outOfReachSince(),
                intentions.ownedPartitions(name),
                drain != null,
                drain == null ? null : drain.who(),
                drain == null ? null : drain.since());
    }

    private void undrain(Context ctx) {
        intentions.undrain(ctx.pathParam("node"), Requests.by(ctx));
        leader.onDrains();
        ctx.json(nodes());
    }
}
