// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Asks all nodes what they hold and waits until all have said it, or for a second: nodes report what changes how a
 * partition stands, not every unit. Questions at the same time are few, as people ask them. Lives on the leader's loop.
 */
final class FreshReports {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A question, and who has not answered it. */
    private record Round(Set<NodeSession> missing, CompletableFuture<Void> heard) {}

    private final Loop loop;
    private final Nodes nodes;
    private final List<Round> rounds = new ArrayList<>();

    FreshReports(Loop loop, Nodes nodes) {
        this.loop = loop;
        this.nodes = nodes;
    }

    /** Completes when what the nodes said is as new as this call, as far as they answer in time. */
    CompletableFuture<Void> askAll() {
        Round round = new Round(new HashSet<>(), new CompletableFuture<>());
        for (NodeSession node : nodes.all()) {
            if (node.isReady() && node.describe()) {
                round.missing().add(node);
            }
        }
        if (round.missing().isEmpty()) {
            round.heard().complete(null);
        } else {
            rounds.add(round);
            loop.schedule(PATIENCE, () -> {
                rounds.remove(round);
                round.heard().complete(null);
            });
        }
        return round.heard();
    }

    /** The node has reported everything, or can't. */
    void heard(NodeSession node) {
        List<Round> done = new ArrayList<>(0);
        for (Iterator<Round> each = rounds.iterator(); each.hasNext(); ) {
            Round round = each.next();
            round.missing().remove(node);
            if (round.missing().isEmpty()) {
                each.remove();
                done.add(round);
            }
        }
        done.forEach(round -> round.heard().complete(null));
    }

    /** Nobody waits any longer. */
    void close() {
        List<Round> open = List.copyOf(rounds);
        rounds.clear();
        open.forEach(round -> round.heard().completeExceptionally(new IllegalStateException("no longer leading")));
    }
}
