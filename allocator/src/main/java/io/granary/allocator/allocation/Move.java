// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/**
 * One move of a rebalance: units of one place, a slot or the inventory, for another. A slot first gives them back to the
 * inventory, by the running total of all that it gave back; what has come there by it is granted to the other.
 *
 * @param number counts the moves of a rebalance, from 0
 * @param from a slot, or {@link #INVENTORY}
 * @param to likewise; another one
 * @param units to be moved; fewer are, if buyers or others are faster
 * @param why for people
 * @param base what the slot had returned, or been asked to, when the move began; {@link #NOT_BEGUN} before
 * @param returnTo what the slot is asked to have returned
 * @param moved units that have arrived
 * @param over nothing more will be moved
 */
public record Move(
        int number, int from, int to, long units, String why, long base, long returnTo, long moved, boolean over) {
    public static final int INVENTORY = -1;
    public static final long NOT_BEGUN = -1;

    /**
     * @throws IllegalArgumentException if it moves nothing, or nowhere
     */
    public Move {
        if (units < 1 || from == to || from < INVENTORY || to < INVENTORY) {
            throw new IllegalArgumentException("move: " + units + " units from " + from + " to " + to
                    + " (expected: 1 or more from one slot to another, -1 is the inventory)");
        }
    }

    /** A move that has not begun. */
    static Move planned(int number, int from, int to, long units, String why) {
        return new Move(number, from, to, units, why, NOT_BEGUN, 0, 0, false);
    }

    boolean isBegun() {
        return base != NOT_BEGUN;
    }

    Move begun(long from, long until) {
        return new Move(number, this.from, to, units, why, from, until, moved, over);
    }

    Move moved(long total, boolean isOver) {
        return new Move(number, from, to, units, why, base, returnTo, total, isOver);
    }
}
