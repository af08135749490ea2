// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;

/**
 * Units that an operator wants in partitions now.
 *
 * @param units at least 1
 * @param slot the partition that gets them; none for all that are open: they come as even as the units make them
 * @param by who wants them
 */
public record OperatorGrant(Sku sku, long units, OptionalInt slot, Operator by) {
    /** A share of what is to be granted: so many steps make partitions even enough. */
    private static final int STEPS = 4_096;

    /**
     * What to write.
     *
     * @throws GrantRefusedException if there is no such partition, or the inventory has too little
     */
    public SkuChange change(SkuBook book) {
        if (book.frozen()) {
            throw new GrantRefusedException(
                    "sku: '" + sku + "' is frozen (expected: one whose units may be moved; unfreeze it first)");
        }
        if (units > book.inventory()) {
            throw new GrantRefusedException("units: " + units + " of " + sku + " (expected: at most " + book.inventory()
                    + ", the inventory; partitions hold another " + book.pool() + ")");
        }
        List<PartitionBook> takers = book.partitions().stream()
                .filter(partition -> partition.epoch() > 0 && (slot.isEmpty() || slot.getAsInt() == partition.slot()))
                .toList();
        if (takers.isEmpty()) {
            throw new GrantRefusedException(
                    slot.isPresent()
                            ? "slot: " + slot.getAsInt() + " of " + sku + " (expected: one that is open, of "
                                    + book.slots() + ")"
                            : "sku: '" + sku + "' (expected: one with an open partition; is a node ready?)");
        }
        return new SkuChange(book.id(), sku, List.of(), shared(takers));
    }

    /** Step by step to who has the least. */
    private List<Grant> shared(List<PartitionBook> takers) {
        record Share(PartitionBook partition, long units) {
            long held() {
                return partition.held() + units;
            }
        }
        PriorityQueue<Share> shares = new PriorityQueue<>(Comparator.comparingLong(Share::held)
                .thenComparing(share -> share.partition().slot()));
        takers.forEach(partition -> shares.add(new Share(partition, 0)));
        long step = Math.max(1, units / STEPS);
        for (long left = units; left > 0; ) {
            Share least = shares.remove();
            long given = Math.min(step, left);
            shares.add(new Share(least.partition(), least.units() + given));
            left -= given;
        }
        List<Grant> grants = new ArrayList<>();
        shares.stream()
                .filter(share -> share.units() > 0)
                .sorted(Comparator.comparingInt(share -> share.partition().slot()))
                .forEach(share -> grants.add(new Grant(
                        share.partition().slot(), share.partition().epoch(), share.units(), Grant.Reason.OPERATOR)));
        return grants;
    }
}
