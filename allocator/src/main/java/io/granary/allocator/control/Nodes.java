// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import com.google.common.collect.ImmutableSet;
import io.granary.registry.NodeEntry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The live nodes: those that the registry names, and those that it named until lately and that are heard. Lives on the
 * leader's loop.
 */
final class Nodes {
    /** After so many times the grace without a start, the next one counts as the first. */
    private static final int CALM = 10;

    private final Map<String, NodeSession> sessions = new TreeMap<>();
    private final Duration joinGrace;
    private final Map<String, Joining> joinings = new HashMap<>();
    private Set<String> drained = Set.of();
    /** Until then owners that the books name are waited for. */
    private @Nullable Long awaitedUntilNanos;

    /** The starts in a row of a configured name, none of which was ready: the first, and the last one. Ns. */
    private record Joining(long sinceNanos, long lastNanos) {}

    Nodes(Duration joinGrace) {
        this.joinGrace = joinGrace;
    }

    @Nullable
    NodeSession get(@Nullable String incarnation) {
        return incarnation == null ? null : sessions.get(incarnation);
    }

    void put(NodeSession session) {
        sessions.put(session.incarnation(), session);
        long now = session.bornNanos();
        joinings.values().removeIf(joining -> now - joining.lastNanos() > CALM * joinGrace.toNanos());
        joinings.merge(
                NodeEntry.nameOf(session.incarnation()),
                new Joining(now, now),
                (before, next) -> new Joining(before.sinceNanos(), now));
    }

    /** It is ready: should its node start again, it will be waited for again. */
    void joined(NodeSession session) {
        joinings.remove(NodeEntry.nameOf(session.incarnation()));
    }

    void remove(String incarnation) {
        sessions.remove(incarnation);
    }

    Set<String> incarnations() {
        return ImmutableSet.copyOf(sessions.keySet());
    }

    Collection<NodeSession> all() {
        return sessions.values();
    }

    /** A term has begun, or the registry was away: owners that the books name may appear one by one, from now on. */
    void awaitOwners(long nowNanos) {
        awaitedUntilNanos = nowNanos + joinGrace.toNanos();
    }

    /**
     * For how long a partition still waits for its owner, which does not live as far as is known; 0: not at all. An
     * incarnation whose node has come back as another one is gone for good.
     */
    long awaitNanos(@Nullable String owner, long nowNanos) {
        if (owner == null || awaitedUntilNanos == null || awaitedUntilNanos - nowNanos <= 0) {
            return 0;
        }
        String name = NodeEntry.nameOf(owner);
        boolean cameBack = sessions.keySet().stream().map(NodeEntry::nameOf).anyMatch(name::equals);
        return cameBack ? 0 : awaitedUntilNanos - nowNanos;
    }

    /** Sets the configured names of the nodes that are drained. */
    void setDrained(Set<String> names) {
        drained = ImmutableSet.copyOf(names);
    }

    /** Whether this incarnation is one of a node that is drained. */
    boolean isDrained(@Nullable String incarnation) {
        return incarnation != null && !drained.isEmpty() && drained.contains(NodeEntry.nameOf(incarnation));
    }

    /** Whether one has come lately that is not ready yet; one that starts again and again does not come anew each time. */
    boolean isJoining(long nowNanos) {
        return sessions.values().stream().anyMatch(node -> !node.isReady() && isJoining(node, nowNanos));
    }

    private boolean isJoining(NodeSession node, long nowNanos) {
        Joining joining = joinings.get(NodeEntry.nameOf(node.incarnation()));
        return joining != null && nowNanos - joining.sinceNanos() < joinGrace.toNanos();
    }

    /** Those that can be given partitions now; none while others are about to join, so that they get their share. */
    List<String> takers(long nowNanos) {
        return isJoining(nowNanos)
                ? List.of()
                : sessions.values().stream()
                        .filter(node -> node.isReady() && node.isRegistered() && !node.isOutOfReach())
                        .map(NodeSession::incarnation)
                        .filter(incarnation -> !isDrained(incarnation))
                        .toList();
    }
}
