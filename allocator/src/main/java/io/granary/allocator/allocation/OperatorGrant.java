// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Units that an operator wants in partitions now: so many more, or until the pool has so many. Pure.
 *
 * @param units at least 1; of a top-up the level of the pool
 * @param topsUp whether the pool is filled up to the level, with what the inventory has and the SKU's plan allows; else it
 *     gets all units or none
 * @param slot the partition that gets them; none for all that are open: those with the fewest get them first
 * @param by who wants them
 */
public record OperatorGrant(Sku sku, long units, boolean topsUp, OptionalInt slot, Operator by) {
    /** So many units more. */
    public static OperatorGrant of(Sku sku, long units, OptionalInt slot, Operator by) {
        return new OperatorGrant(sku, units, false, slot, by);
    }

    /** As many as the pool needs to have so many. */
    public static OperatorGrant upTo(long level, Sku sku, Operator by) {
        return new OperatorGrant(sku, level, true, OptionalInt.empty(), by);
    }

    /**
     * What to write; nothing if a pool has its level, or may have no more.
     *
     * @param book as it is when that is written
     * @throws GrantRefusedException if the SKU is frozen, there is no such partition, or the inventory has too little
     */
    public SkuChange change(SkuBook book) {
        if (book.frozen()) {
            throw new GrantRefusedException(
                    "sku: '" + sku + "' is frozen (expected: one that is not; unfreeze it first)");
        }
        if (!topsUp && units > book.inventory()) {
            throw new GrantRefusedException("units: " + units + " of " + sku + " (expected: at most " + book.inventory()
                    + ", the inventory; partitions hold another " + book.pool() + ")");
        }
        long missing = topsUp ? missing(book) : units;
        return new SkuChange(book.id(), sku, List.of(), missing == 0 ? List.of() : shared(missing, takers(book)));
    }

    /** The plan says what the pool may have at most, whoever fills it up by rule. */
    private long missing(SkuBook book) {
        return Math.min(Math.max(0, units - book.pool()), room(book));
    }

    /** Whether it is the plan of the SKU that keeps the pool below the level, as the books are when it was done. */
    public boolean isCapped(SkuBook after) {
        return after.pool() < units && after.inventory() > 0 && room(after) == 0;
    }

    private static long room(SkuBook book) {
        return book.plan().room(book.inventory(), book.pool(), book.actual());
    }

    private List<PartitionBook> takers(SkuBook book) {
        List<PartitionBook> takers = book.partitions().stream()
                .filter(partition -> partition.epoch() > 0
                        && !partition.halted()
                        && partition.slot() < book.slots()
                        && (slot.isEmpty() || slot.getAsInt() == partition.slot()))
                .toList();
        if (takers.isEmpty()) {
            throw new GrantRefusedException(
                    slot.isPresent()
                            ? "slot: " + slot.getAsInt() + " of " + sku
                                    + " (expected: one that is open and not halted, of " + book.slots() + ")"
                            : "sku: '" + sku + "' (expected: one with an open partition; is a node ready?)");
        }
        return takers;
    }

    private static List<Grant> shared(long units, List<PartitionBook> takers) {
        long[] given = Level.fill(takers.stream().mapToLong(PartitionBook::held).toArray(), units);
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            if (given[i] > 0) {
                PartitionBook taker = takers.get(i);
                grants.add(new Grant(taker.slot(), taker.epoch(), given[i], Grant.Reason.OPERATOR));
            }
        }
        return grants;
    }
}
