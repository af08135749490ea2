// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operator's intention for one SKU that the leader has to make true, as it stands in the books. A leader that finds it
 * {@link RebalanceState#PLANNED} plans its moves from what it sees then, and takes them on with every look at the SKU.
 *
 * @param id its key in the books
 * @param kind one that moves units between slots or to the inventory, or partitions between nodes ({@link
 *     RebalanceKind#LEVEL})
 * @param slot where units are gathered; {@link Decision#NO_TARGET}: where the most are
 * @param moves ordered by number; none while it is planned, nor if it moves partitions
 */
public record Rebalance(long id, RebalanceKind kind, RebalanceState state, int slot, List<Move> moves) {
    public Rebalance {
        moves = List.copyOf(moves);
    }

    /** The running total of units that a slot shall have given back for its moves; 0 if none. */
    public long returnTo(int ofSlot) {
        long most = 0;
        for (Move move : moves) {
            if (move.from() == ofSlot && move.isBegun() && !move.over()) {
                most = Math.max(most, move.returnTo());
            }
        }
        return most;
    }

    /** In another state. */
    Rebalance in(RebalanceState other) {
        return new Rebalance(id, kind, other, slot, moves);
    }

    /** With some of its moves taken on; it is over when they all are. */
    Rebalance after(List<Move> taken) {
        List<Move> after = new ArrayList<>(moves);
        taken.forEach(move -> after.set(move.number(), move));
        return new Rebalance(id, kind, after.stream().allMatch(Move::over) ? RebalanceState.DONE : state, slot, after);
    }

    /**
     * What is to be written of a rebalance with a change of its SKU.
     *
     * @param state as it will be
     * @param reason why it is in that state; null if there is nothing to say
     * @param planned its moves, all of them, if it has just been planned; else none
     * @param steps moves that are taken on
     */
    public record Change(
            long id, RebalanceState state, @Nullable String reason, List<Move> planned, List<Step> steps) {
        public Change {
            planned = List.copyOf(planned);
            steps = List.copyOf(steps);
        }
    }

    /**
     * A move is taken on.
     *
     * @param after as it stands then
     * @param epoch of the partition that gets units
     * @param units granted to it with this step; 0 if none are
     */
    public record Step(Move after, long epoch, long units) {}
}
