// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nodes for signs of life, and says who is out of reach and who is gone: registered and heard are two things. Who
 * is registered and not heard for the time given is <em>out of reach</em>, others take over from it; who is not
 * registered any more but heard keeps its partitions for as long, as a session that expired is followed by another one.
 * Time decides only how soon: a fence makes it safe to take over from a node that lives. Lives on the leader's loop.
 */
final class RollCall {
    private static final Logger LOG = LoggerFactory.getLogger(RollCall.class);
    private static final int CALLS = 10;
    /** A node that has not answered so many calls is not heard any more. */
    private static final int MISSED_CALLS = 3;

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    private final Loop loop;
    private final Nodes nodes;
    private final long unreachableNanos;
    private final Duration pause;
    private final LeaderMetrics metrics;
    private final Consumer<NodeSession> onOutOfReach;
    private final Consumer<NodeSession> onGone;
    private long calledNanos;
    private Loop.@Nullable Timer timer;
    private boolean closed;

    /**
     * @param unreachableAfter after this a node that is not heard is out of reach
     * @param onGone hears of those that are not registered and not heard any more, or not registered for too long
     */
    RollCall(
            Loop loop,
            Nodes nodes,
            Duration unreachableAfter,
            LeaderMetrics metrics,
            Consumer<NodeSession> onOutOfReach,
            Consumer<NodeSession> onGone) {
        this.loop = loop;
        this.nodes = nodes;
        this.metrics = metrics;
        this.onOutOfReach = onOutOfReach;
        this.onGone = onGone;
        unreachableNanos = unreachableAfter.toNanos();
        Duration share = unreachableAfter.dividedBy(CALLS);
        pause = share.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : share;
    }

    void begin() {
        calledNanos = loop.nanoTime();
        next();
    }

    private void next() {
        if (!closed) {
            timer = loop.schedule(pause, this::call);
        }
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    /** The registry does not name it any more. */
    void unregistered(NodeSession node) {
        if (!node.isRegistered()) {
            return;
        }
        node.unregister();
        if (isHeard(node)) {
            LOG.info(
                    "Node {} is not registered any more, but is heard: it keeps its partitions for {} ms",
                    node.incarnation(),
                    unreachableNanos / 1_000_000);
        } else {
            onGone.accept(node);
        }
    }

    /** Its link is over. */
    void linkLost(NodeSession node) {
        if (!node.isRegistered()) {
            onGone.accept(node);
        }
    }

    private boolean isHeard(NodeSession node) {
        return node.hasSpoken() && loop.nanoTime() - node.heardNanos() <= MISSED_CALLS * pause.toNanos();
    }

    private void call() {
        long now = loop.nanoTime();
        if (now - calledNanos > unreachableNanos / 2) {
            // It is this loop that did not hear: or the first one to be heard now would take over from all the others.
            nodes.all().forEach(NodeSession::excuse);
        }
        calledNanos = now;
        for (NodeSession node : List.copyOf(nodes.all())) {
            if (!node.isRegistered() && (!isHeard(node) || now - node.unregisteredNanos() >= unreachableNanos)) {
                onGone.accept(node);
            } else if (!node.isOutOfReach() && now - node.heardNanos() >= unreachableNanos) {
                node.loseFromSight();
                LOG.warn(
                        "Node {} at {} is out of reach: not heard for {} ms. Others take over its partitions",
                        node.incarnation(),
                        node.address(),
                        (now - node.heardNanos()) / 1_000_000);
                onOutOfReach.accept(node);
            }
            node.callUp();
        }
        metrics.unreachable(
                (int) nodes.all().stream().filter(NodeSession::isOutOfReach).count());
        next();
    }
}
