// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A SKU and its partitions as they stand in the books at one moment. Units.
 *
 * @param id its key in the books
 * @param paused whether an operator has stopped its sale
 * @param slots how many partitions it shall have
 * @param inventory what no partition holds
 * @param pool what partitions hold, as settled
 * @param actual what can still be sold, as settled: inventory and pool
 * @param received all units ever added
 * @param partitions those that exist, ordered by slot
 */
public record SkuBook(
        int id,
        Sku sku,
        boolean paused,
        int slots,
        long inventory,
        long pool,
        long actual,
        long received,
        List<PartitionBook> partitions) {
    /**
     * @throws IllegalArgumentException if the books do not hold together: they can't be acted on
     */
    public SkuBook {
        partitions = List.copyOf(partitions);
        if (inventory < 0 || pool < 0 || actual != inventory + pool) {
            throw new IllegalArgumentException("books of " + sku + ": actual " + actual + " inventory " + inventory
                    + " pool " + pool + " (expected: actual = inventory + pool, none negative)");
        }
    }

    /** What a change has become: the books after it, and what of it was done. */
    public record Changed(SkuBook book, List<Assignment> assignments, List<Grant> grants) {
        public Changed {
            assignments = List.copyOf(assignments);
            grants = List.copyOf(grants);
        }
    }

    /** The partition of a slot, also one that does not exist yet. */
    public PartitionBook partition(int slot) {
        for (PartitionBook partition : partitions) {
            if (partition.slot() == slot) {
                return partition;
            }
        }
        return PartitionBook.neverOpened(slot);
    }

    /** All slots that shall be, ordered; those that do not exist yet as never opened. */
    public List<PartitionBook> allPartitions() {
        int last = partitions.isEmpty()
                ? -1
                : partitions.get(partitions.size() - 1).slot();
        int count = Math.max(slots, last + 1);
        if (partitions.size() == count) {
            return partitions;
        }
        List<PartitionBook> all = new ArrayList<>(count);
        for (int slot = 0; slot < count; slot++) {
            all.add(partition(slot));
        }
        return all;
    }

    /**
     * The books after a change. What no longer fits is left out: an assignment from another epoch than the present one
     * or with a lane that is not the node's; a grant of another epoch. A grant of more than the inventory has gives
     * what it has.
     *
     * @param laneIsHis whether the lane of an assignment is still its node's
     */
    public Changed after(SkuChange change, Predicate<Assignment> laneIsHis) {
        List<PartitionBook> after = new ArrayList<>(allPartitions());
        List<Assignment> assigned = new ArrayList<>(change.assignments().size());
        for (Assignment assignment : change.assignments()) {
            int slot = assignment.slot();
            if (slot < after.size()
                    && after.get(slot).epoch() == assignment.fromEpoch()
                    && laneIsHis.test(assignment)) {
                after.set(slot, after.get(slot).owned(assignment));
                assigned.add(assignment);
            }
        }
        long left = inventory;
        List<Grant> granted = new ArrayList<>(change.grants().size());
        for (Grant grant : change.grants()) {
            int slot = grant.slot();
            long units = Math.min(left, grant.units());
            if (units > 0 && slot < after.size() && after.get(slot).epoch() == grant.epoch() && grant.epoch() > 0) {
                after.set(slot, after.get(slot).granted(units));
                granted.add(new Grant(slot, grant.epoch(), units, grant.reason()));
                left -= units;
            }
        }
        after.removeIf(partition -> partition.epoch() == 0);
        return new Changed(
                new SkuBook(id, sku, paused, slots, left, pool + inventory - left, actual, received, after),
                assigned,
                granted);
    }
}
