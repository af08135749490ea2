// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import org.jspecify.annotations.Nullable;

/**
 * A partition as it stands in the books.
 *
 * @param slot its number within its SKU
 * @param epoch the present ownership; 0 if it was never opened
 * @param node the incarnation that owns it; null if it was never opened
 * @param lane the lane that its owner appends to; -1 if it was never opened
 * @param granted units, running total over all epochs
 * @param consumed units, running total of what has settled
 * @param returned units, running total of what has settled
 * @param halted an epoch of it is halted: what left it since is not known, so nobody may serve it until an operator has
 *     decided
 */
public record PartitionBook(
        int slot,
        long epoch,
        @Nullable String node,
        int lane,
        long granted,
        long consumed,
        long returned,
        boolean halted) {
    /** One that is not halted. */
    public PartitionBook(
            int slot, long epoch, @Nullable String node, int lane, long granted, long consumed, long returned) {
        this(slot, epoch, node, lane, granted, consumed, returned, false);
    }

    /** A partition that was never opened. */
    public static PartitionBook neverOpened(int slot) {
        return new PartitionBook(slot, 0, null, -1, 0, 0, 0);
    }

    /** Units that it holds, as settled: an upper bound of what it can still promise. */
    public long held() {
        return granted - consumed - returned;
    }

    PartitionBook owned(Assignment assignment) {
        return new PartitionBook(
                slot, assignment.toEpoch(), assignment.node(), assignment.lane(), granted, consumed, returned, halted);
    }

    PartitionBook granted(long units) {
        return new PartitionBook(slot, epoch, node, lane, granted + units, consumed, returned, halted);
    }
}
