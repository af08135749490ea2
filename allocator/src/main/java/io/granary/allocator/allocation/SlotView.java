// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import org.jspecify.annotations.Nullable;

/**
 * One slot of a SKU: what the books say, what its owner says, what it was asked for.
 *
 * @param book as in the books, or as it will be when the assignments that go with this decision are written
 * @param fresh it is opened for the first time, with this decision
 * @param holding null if its owner has not reported it as open at the present epoch: nothing can be asked of it
 * @param returnTo the running total of units that its owner was asked to have given back; 0 if never
 */
public record SlotView(
        PartitionBook book, boolean fresh, @Nullable Holding holding, long returnTo) {
    /** A slot that is opened for the first time with this decision. */
    public static SlotView fresh(PartitionBook book) {
        return new SlotView(book, true, null, 0);
    }

    /** A slot whose owner says nothing of it, or has none. */
    public static SlotView silent(PartitionBook book) {
        return new SlotView(book, false, null, 0);
    }

    public static SlotView open(PartitionBook book, Holding holding, long returnTo) {
        return new SlotView(book, false, holding, returnTo);
    }

    public int slot() {
        return book.slot();
    }

    /** Granted in the books, but the owner does not know yet. */
    long underWay(Holding from) {
        return Math.max(0, book.granted() - from.granted());
    }

    /** Units that it will be able to promise once it knows what was granted and gave back what it was asked for. */
    public long effective(Holding from) {
        long has = from.remaining() + underWay(from);
        return has - Math.min(has, Math.max(0, returnTo - from.returned()));
    }

    /** The running total of units given back that its owner will come to by what it was asked for. */
    long reach(Holding from) {
        long asked = Math.max(returnTo, from.returned());
        return Math.min(asked, from.returned() + from.remaining() + underWay(from));
    }

    /** The same slot, with more granted to it in the books. */
    public SlotView granted(long units) {
        return new SlotView(book.granted(units), fresh, holding, returnTo);
    }

    /** Units that it gave back, or will, and that have not settled. */
    long coming(Holding from) {
        return Math.max(0, reach(from) - book.returned());
    }
}
