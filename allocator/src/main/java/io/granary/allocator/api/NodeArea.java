// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderLook.NodeLook;
import io.granary.allocator.store.RebalanceMapper.DrainRow;
import io.granary.allocator.store.RefusedIntentionException;
import io.granary.allocator.store.SqlIntentions;
import io.granary.api.NodeList;
import io.granary.api.NodeView;
import io.granary.registry.NodeEntry;
import io.javalin.http.Context;
import java.time.ZoneOffset;
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
    private final SqlIntentions intentions;

    NodeArea(Leader leader, SqlIntentions intentions) {
        this.leader = leader;
        this.intentions = intentions;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/nodes", this::list).post("/nodes/{node}/undrain", this::undrain);
    }

    private List<NodeLook> live() {
        return leader.look().orTimeout(LOOK_SECONDS, TimeUnit.SECONDS).join().nodes();
    }

    private void list(Context ctx) {
        ctx.json(nodes());
    }

    private NodeList nodes() {
        Map<String, DrainRow> drains = new HashMap<>();
        intentions.drains().forEach(drain -> drains.put(drain.node(), drain));
        Map<String, NodeView> views = new TreeMap<>();
        for (NodeLook look : live()) {
            String name = NodeEntry.nameOf(look.incarnation());
            views.put(look.incarnation(), view(name, look, drains.get(name)));
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

    private NodeView view(String name, @Nullable NodeLook look, @Nullable DrainRow drain) {
        return new NodeView(
                name,
                look == null ? null : look.incarnation(),
                look == null ? null : look.address(),
                look == null || look.lane() < 0 ? null : look.lane(),
                look != null && look.ready(),
                intentions.ownedPartitions(name),
                drain != null,
                drain == null ? null : drain.who(),
                drain == null ? null : drain.since().toInstant(ZoneOffset.UTC));
    }

    /**
     * How many partitions a node owns.
     *
     * @throws RefusedIntentionException if it neither lives nor owns any
     */
    int known(String node) {
        int owned = intentions.ownedPartitions(node);
        if (owned == 0
                && live().stream()
                        .noneMatch(look -> NodeEntry.nameOf(look.incarnation()).equals(node))) {
            throw new RefusedIntentionException(
                    RefusedIntentionException.Why.UNKNOWN,
                    "node: '" + node + "' (expected: one that lives, by its configured name)");
        }
        return owned;
    }

    /** The other nodes that can have partitions. */
    Set<String> others(String node) {
        Set<String> drained = new TreeSet<>();
        intentions.drains().forEach(drain -> drained.add(drain.node()));
        Set<String> others = new TreeSet<>();
        for (NodeLook look : live()) {
            String name = NodeEntry.nameOf(look.incarnation());
            if (look.ready() && !name.equals(node) && !drained.contains(name)) {
                others.add(name);
            }
        }
        return others;
    }

    static String onlyOne(String node) {
        return "node: '" + node + "' (expected: one beside which another is ready and not drained)";
    }

    private void undrain(Context ctx) {
        String node = ctx.pathParam("node");
        RebalanceArea.asked(() -> {
            intentions.undrain(node, Requests.by(ctx));
            return node;
        });
        leader.onDrains();
        ctx.json(nodes());
    }
}
