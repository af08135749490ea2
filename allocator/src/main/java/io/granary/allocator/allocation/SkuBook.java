// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A SKU and its partitions as they stand in the books at one moment. Units.
 *
 * <p>A partition of a slot that the SKU shall not have any more is <em>retired</em>: it has given its units back, or will,
 * and gets no more; but it stays open, for only its owner can answer for what it deducted.
 *
 * @param id its key in the books
 * @param paused whether an operator has stopped its sale
 * @param frozen whether an operator wants no unit of it to be moved
 * @param slots how many partitions shall have units
 * @param plan how its units are given out
 * @param inventory what no partition holds
 * @param pool what partitions hold, as settled
 * @param actual what can still be sold, as settled: inventory and pool
 * @param received all units ever added
 * @param partitions those that exist, ordered by slot
 * @param rebalance the intention that the leader works on; null if there is none
 */
public record SkuBook(
        int id,
        Sku sku,
        boolean paused,
        boolean frozen,
        int slots,
        SkuPlan plan,
        long inventory,
        long pool,
        long actual,
        long received,
        List<PartitionBook> partitions,
        @Nullable Rebalance rebalance) {
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

    /** A SKU of which an operator wants nothing in particular. */
    public SkuBook(
            int id,
            Sku sku,
            boolean paused,
            int slots,
            long inventory,
            long pool,
            long actual,
            long received,
            List<PartitionBook> partitions) {
        this(id, sku, paused, false, slots, SkuPlan.NONE, inventory, pool, actual, received, partitions, null);
    }

    /** What a change has become: the books after it, and what of it was done. */
    public record Changed(
            SkuBook book, List<Assignment> assignments, List<Grant> grants, Rebalance.@Nullable Change rebalance) {
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

    /** How many slots there are, those of retired partitions included: this never falls. */
    public int allSlots() {
        int last = partitions.isEmpty()
                ? -1
                : partitions.get(partitions.size() - 1).slot();
        return Math.max(slots, last + 1);
    }

    /** All slots, ordered; those that do not exist yet as never opened. */
    public List<PartitionBook> allPartitions() {
        int count = allSlots();
        if (partitions.size() == count) {
            return partitions;
        }
        List<PartitionBook> all = new ArrayList<>(count);
        for (int slot = 0; slot < count; slot++) {
            all.add(partition(slot));
        }
        return all;
    }

    /** Whether the leader may carry on its rebalance: a freeze leaves only the way home. */
    public boolean mayRebalance() {
        return rebalance != null && (!frozen || rebalance.kind() == RebalanceKind.HOME);
    }

    /** The running total of units that a slot shall have given back for the rebalance; 0 if none. */
    public long returnTo(int slot) {
        return rebalance != null && mayRebalance() ? rebalance.returnTo(slot) : 0;
    }

    /** These books with other units, as stock updates and settlement leave them. */
    public SkuBook withUnits(long newInventory, long newPool, long newReceived, List<PartitionBook> newPartitions) {
        return new SkuBook(
                id,
                sku,
                paused,
                frozen,
                slots,
                plan,
                newInventory,
                newPool,
                newInventory + newPool,
                newReceived,
                newPartitions,
                rebalance);
    }

    /** These books with other intentions of operators. */
    public SkuBook withIntentions(boolean isFrozen, int newSlots, SkuPlan newPlan, @Nullable Rebalance newRebalance) {
        return new SkuBook(
                id,
                sku,
                paused,
                isFrozen,
                newSlots,
                newPlan,
                inventory,
                pool,
                actual,
                received,
                partitions,
                newRebalance);
    }

    /**
     * The books after a change. What no longer fits is left out: an assignment from another epoch than the present one
     * or with a lane that is not the node's; a grant of another epoch, of a partition that is halted, or of a SKU that was
     * frozen meanwhile; what belongs
     * to a rebalance that was stopped meanwhile. A grant of more than the inventory has gives what it has.
     *
     * @param laneIsHis whether the lane of an assignment is still its node's
     */
    public Changed after(SkuChange change, Predicate<Assignment> laneIsHis) {
        return new Changing().change(change, laneIsHis);
    }

    private final class Changing {
        private final List<PartitionBook> after = new ArrayList<>(allPartitions());
        private final List<Assignment> assigned = new ArrayList<>(0);
        private final List<Grant> granted = new ArrayList<>();
        private long left = inventory;

        Changed change(SkuChange change, Predicate<Assignment> laneIsHis) {
            for (Assignment assignment : change.assignments()) {
                int slot = assignment.slot();
                if (slot < after.size()
                        && after.get(slot).epoch() == assignment.fromEpoch()
                        && laneIsHis.test(assignment)) {
                    after.set(slot, after.get(slot).owned(assignment));
                    assigned.add(assignment);
                }
            }
            // First what has come back for a move: nobody else may have it.
            Rebalance.@Nullable Change taken = rebalance(change.rebalance());
            for (Grant grant : change.grants()) {
                give(grant.slot(), grant.epoch(), grant.units(), grant.reason());
            }
            after.removeIf(partition -> partition.epoch() == 0);
            return new Changed(books(taken), assigned, granted, taken);
        }

        private long give(int slot, long epoch, long wanted, Grant.Reason reason) {
            long units = Math.min(left, wanted);
            boolean fits = !frozen
                    && slot < after.size()
                    && after.get(slot).epoch() == epoch
                    && epoch > 0
                    && !after.get(slot).halted();
            if (units <= 0 || !fits) {
                return 0;
            }
            after.set(slot, after.get(slot).granted(units));
            granted.add(new Grant(slot, epoch, units, reason));
            left -= units;
            return units;
        }

        private Rebalance.@Nullable Change rebalance(Rebalance.@Nullable Change change) {
            Rebalance present = rebalance;
            if (change == null || present == null || present.id() != change.id() || !mayRebalance()) {
                return null;
            }
            if (present.kind() == RebalanceKind.LEVEL) {
                // What it moves are partitions: they are assigned.
                return change;
            }
            if (present.state() == RebalanceState.PLANNED) {
                return change.steps().isEmpty() ? change : null;
            }
            if (!change.planned().isEmpty()) {
                // Somebody else has planned it.
                return null;
            }
            List<Rebalance.Step> steps = new ArrayList<>();
            List<Move> moves = new ArrayList<>();
            for (Rebalance.Step step : change.steps()) {
                Move move = step.after();
                long given = step.units() > 0 ? give(move.to(), step.epoch(), step.units(), Grant.Reason.REBALANCE) : 0;
                if (given < step.units()) {
                    move = move.moved(move.moved() - step.units() + given, false);
                }
                moves.add(move);
                steps.add(new Rebalance.Step(move, step.epoch(), given));
            }
            return new Rebalance.Change(change.id(), present.after(moves).state(), change.reason(), List.of(), steps);
        }

        private SkuBook books(Rebalance.@Nullable Change taken) {
            Rebalance next = rebalance;
            if (taken != null && next != null && next.kind() == RebalanceKind.LEVEL) {
                next = taken.state().isOpen() ? next.in(taken.state()) : null;
            } else if (taken != null && next != null) {
                next = taken.planned().isEmpty()
                        ? next.after(taken.steps().stream()
                                .map(Rebalance.Step::after)
                                .toList())
                        : new Rebalance(next.id(), next.kind(), taken.state(), next.slot(), taken.planned());
                next = taken.state().isOpen() ? next : null;
            }
            return new SkuBook(
                    id, sku, paused, frozen, slots, plan, left, pool + inventory - left, actual, received, after, next);
        }
    }
}
