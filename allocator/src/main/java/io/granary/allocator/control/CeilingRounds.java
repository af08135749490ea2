// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.concurrent.Loop;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Tells nodes how many units of a SKU there are at most, and takes it back. Lives on the leader's loop. */
final class CeilingRounds {
    private static final class Wait {
        final Set<NodeSession> nodes = new LinkedHashSet<>();
        final CompletableFuture<Void> over = new CompletableFuture<>();
    }

    private final Loop loop;
    private final Nodes nodes;
    private final Duration longestWait;
    private final Map<Long, Wait> waits = new HashMap<>();
    private long rounds;

    CeilingRounds(Loop loop, Nodes nodes, Duration longestWait) {
        this.loop = loop;
        this.nodes = nodes;
        this.longestWait = longestWait;
    }

    /** Tells a node, unless it was told so or less before. */
    void tell(NodeSession node, Sku sku, long units) {
        Long told = node.ceilings().get(sku);
        if ((told == null || told > units) && node.send(ControlMessages.ceilings(++rounds, Map.of(sku, units)))) {
            node.ceilings().put(sku, units);
        }
    }

    /** Takes back what nodes were told of these SKUs; completes when they have forgotten it, or took too long. */
    CompletableFuture<Void> raise(Set<Sku> skus) {
        Wait wait = new Wait();
        long round = ++rounds;
        for (NodeSession node : nodes.all()) {
            Map<Sku, Long> forgotten = new HashMap<>();
            for (Sku sku : skus) {
                if (node.ceilings().containsKey(sku)) {
                    forgotten.put(sku, -1L);
                }
            }
            if (!forgotten.isEmpty()) {
                node.ceilings().keySet().removeAll(forgotten.keySet());
                node.sendAnyway(ControlMessages.ceilings(round, forgotten));
                wait.nodes.add(node);
            }
        }
        if (wait.nodes.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        waits.put(round, wait);
        loop.schedule(longestWait, () -> {
            if (waits.remove(round) != null) {
                wait.over.complete(null);
            }
        });
        return wait.over;
    }

    void kept(NodeSession node, long round) {
        Wait wait = waits.get(round);
        if (wait != null) {
            release(node, round, wait);
        }
    }

    /** Its link is over, and with it what it was told. */
    void forget(NodeSession node) {
        List<Long> open = new ArrayList<>(waits.keySet());
        for (long round : open) {
            kept(node, round);
        }
    }

    private void release(NodeSession node, long round, Wait wait) {
        wait.nodes.remove(node);
        if (wait.nodes.isEmpty()) {
            waits.remove(round);
            wait.over.complete(null);
        }
    }
}
