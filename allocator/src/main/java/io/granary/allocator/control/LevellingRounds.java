// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.Levelling;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.SkuBook;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Levels partitions over the nodes by itself, in rounds: a sweep over the books chooses which partitions get another node,
 * and the looks at their SKUs give them to it, if they still stand then as they stood.
 *
 * <p>A partition that gets another node is closed for a moment. No more are closed at a time than one round may move: those
 * that the last sweep found without an open owner, or still to be taken from a node that is drained, count against the
 * next round. So what can't be opened elsewhere is not done over and over. What the books have halted waits for people:
 * it is not moved, and holds up no round. Lives on the leader's loop.
 */
final class LevellingRounds {
    private static final Logger LOG = LoggerFactory.getLogger(LevellingRounds.class);
    /** In a large Granary a round moves more than the settings say: this part of all. */
    private static final int PART = 50;

    private final LeaderSettings settings;
    private final Nodes nodes;
    private final Placement placement;
    private final Reviewer reviewer;
    private final LeaderMetrics metrics;
    /** The round of the sweep under way; null: none. */
    private @Nullable Levelling round;

    private @Nullable Long movedNanos;
    private boolean heldUp;
    private boolean swept;
    // What the last sweep has found.
    private int partitions;
    private int closed;
    // Of the sweep under way.
    private int seen;
    private int seenClosed;
    private int moved;

    LevellingRounds(
            LeaderSettings settings, Nodes nodes, Placement placement, Reviewer reviewer, LeaderMetrics metrics) {
        this.settings = settings;
        this.nodes = nodes;
        this.placement = placement;
        this.reviewer = reviewer;
        this.metrics = metrics;
    }

    /** A sweep begins; what the last one has found decides whether it is a round. */
    void begin(long nowNanos) {
        int most = Math.max(settings.levellingMoves(), partitions / PART);
        holdUp(settings.levelling() && closed >= most, most);
        boolean early = movedNanos != null
                && nowNanos - movedNanos < settings.levellingInterval().toNanos();
        Map<String, Integer> owned = placement.owned(nodes.takers(nowNanos));
        boolean levels = settings.levelling() && swept && !heldUp && !early && owned.size() > 1;
        round = levels ? new Levelling(owned, most - closed) : null;
        seen = 0;
        seenClosed = 0;
        moved = 0;
    }

    private void holdUp(boolean now, int most) {
        if (now && !heldUp) {
            LOG.warn(
                    "Partitions are not levelled over the nodes: {} of {} are not open (expected: fewer than {})",
                    closed,
                    partitions,
                    most);
        }
        heldUp = now;
    }

    /**
     * Sees a SKU in the sweep.
     *
     * @return the next owners of those of its partitions that shall have another, by slot
     */
    Map<Integer, String> choose(SkuBook book, SkuTrack track, long nowNanos) {
        for (PartitionBook partition : book.partitions()) {
            boolean leaves = nodes.isDrained(partition.node()) && !book.frozen();
            seen++;
            seenClosed += !partition.halted() && (leaves || !isOpen(book, partition)) ? 1 : 0;
        }
        if (round == null || book.frozen() || book.rebalance() != null) {
            return Map.of();
        }
        Map<Integer, String> next = new HashMap<>(0);
        for (Levelling.Move move : round.level(book, partition -> isOpen(book, partition))) {
            SkuTrack.Slot slot = track.slot(move.slot());
            slot.nextOwner = move.to();
            slot.nextOwnerAfter = book.partition(move.slot()).epoch();
            next.put(move.slot(), move.to());
            movedNanos = nowNanos;
            moved++;
        }
        return next;
    }

    private boolean isOpen(SkuBook book, PartitionBook partition) {
        return reviewer.standing(book, partition) == Reviewer.Standing.OPEN;
    }

    /** A sweep has seen all books, and the placement knows what it has found. */
    void end(long nowNanos) {
        swept = true;
        partitions = seen;
        closed = seenClosed;
        if (moved > 0) {
            LOG.info("{} of {} partitions get another node, so that the nodes own as many as each other", moved, seen);
        }
        Map<String, Integer> owned = placement.owned(nodes.takers(nowNanos));
        if (!owned.isEmpty()) {
            metrics.spread(Collections.max(owned.values()) - Collections.min(owned.values()));
        }
    }
}
