// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/**
 * Units from the inventory to a partition, if its epoch is still this one (after the assignment of the same change) and
 * the inventory still has them.
 *
 * @param slot the partition's number within its SKU
 * @param epoch its epoch
 * @param units at least 1
 */
public record Grant(int slot, long epoch, long units, Reason reason) {
    /** Why units were granted; its name stands in the table {@code allocation}. */
    public enum Reason {
        /** The partition was opened for the first time. */
        FIRST,
        /** It had no units, or few, and the inventory has some. */
        REFILL,
        /** It refused a quantity that the inventory has. */
        WANTED,
        /** Units of several slots come together in one. */
        GATHER,
        /** An operator asked for it. */
        OPERATOR,
        /** They came from another slot, or the inventory, as a rebalance wants it. */
        REBALANCE
    }

    /**
     * @throws IllegalArgumentException if there are no units
     */
    public Grant {
        if (units < 1) {
            throw new IllegalArgumentException("units: " + units + " (expected: 1 or more)");
        }
    }
}
