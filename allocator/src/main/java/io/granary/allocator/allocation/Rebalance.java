// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operator's intention for one SKU that the leader has to make true, as it stands in the books. A leader that finds it
 * {@link State#PLANNED} plans its moves from what it sees then, and takes them on with every look at the SKU.
 *
 * @param id its key in the books
 * @param kind one that moves units between slots or to the inventory
 * @param slot where units are gathered; {@link Decision#NO_TARGET}: where the most are
 * @param moves ordered by number; none while it is planned
 */
public record Rebalance(long id, Kind kind, State state, int slot, List<Move> moves) {
    /** What an operator may want. */
    public enum Kind {
        /** All open slots get about the same number of units. */
        EVEN,
        /** The slots get units by their recent rates. */
        FOLLOW_DEMAND,
        /** One slot gets all units, also those of the inventory. */
        GATHER,
        /** A node's partitions get other owners. */
        DRAIN,
        /** The SKU gets more slots or fewer. */
        SLOTS,
        /** All units go to the inventory, and stay there: it includes a freeze. */
        HOME,
        /** No unit of the SKU is moved any more. */
        FREEZE,
        /** Its units may be moved again. */
        UNFREEZE
    }

    /** How far it is; its name stands in the table {@code rebalance}. */
    public enum State {
        /** The leader has not seen it, or waits until all partitions of the SKU are open. */
        PLANNED,
        RUNNING,
        /** By an operator; it can be resumed. */
        STOPPED,
        DONE,
        /** It can't be done, for the reason that is given. */
        FAILED;

        /** Whether the leader still works on it. */
        public boolean isOpen() {
            return this == PLANNED || this == RUNNING;
        }
    }

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

    /** With some of its moves taken on; it is over when they all are. */
    Rebalance after(List<Move> taken) {
        List<Move> after = new ArrayList<>(moves);
        taken.forEach(move -> after.set(move.number(), move));
        return new Rebalance(id, kind, after.stream().allMatch(Move::over) ? State.DONE : state, slot, after);
    }

    /**
     * What is to be written of a rebalance with a change of its SKU.
     *
     * @param state as it will be
     * @param reason why it is in that state; null if there is nothing to say
     * @param planned its moves, all of them, if it has just been planned; else none
     * @param steps moves that are taken on
     */
    public record Change(long id, State state, @Nullable String reason, List<Move> planned, List<Step> steps) {
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
