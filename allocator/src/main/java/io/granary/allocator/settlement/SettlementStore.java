// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.model.Sku;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The books as settlement sees them. Thread-safe. A future that completes exceptionally says that nothing is known to
 * have been done; look where the lane stands before going on.
 */
public interface SettlementStore {
    /** What became of a change. */
    sealed interface Outcome {
        /**
         * It is in the books, all of it.
         *
         * @param rows deductions that count
         * @param duplicates deductions whose id counted before: their units went back to the inventory
         * @param conflicts deductions whose id counted before with another quantity: likewise, and a row tells
         */
        record Applied(int rows, int duplicates, int conflicts) implements Outcome {}

        /** The lane does not stand at {@code from}, or has an alarm: nothing was done. */
        record Moved() implements Outcome {}

        /** The books' own rules forbid it: nothing was done, and it would be the same another time. */
        record Refused(String reason) implements Outcome {}
    }

    /** Where the lane stands; enters the lane into the books if they don't know it. */
    CompletableFuture<LaneStanding> standing(int lane);

    /** Looks up SKUs, and ownerships that were given in this lane. */
    CompletableFuture<LaneBooks> find(int lane, Set<Sku> skus, Set<EpochKey> epochs);

    /**
     * Applies the change in one transaction, if the lane stands at {@code change.from}.
     *
     * @param mark to put in the same transaction; marks that the id window no longer needs are removed
     */
    CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark);

    /**
     * Whether {@link #apply} would be refused now: does it, and takes all of it back.
     *
     * @return as of {@link #apply}; nothing was done in any case
     */
    CompletableFuture<Outcome> rehearse(LaneChange change);

    /** Stops the lane for everybody until the alarm is cleared, if it still stands there. */
    CompletableFuture<Void> raise(int lane, long settled, String alarm);

    /** Lets the lane go on, if it still stands there and has this alarm. */
    CompletableFuture<Void> clear(int lane, long settled, String alarm);

    /**
     * Whether an operator has decided that this record, which nobody can read, is passed over.
     *
     * @param print tells it from another record at the same offset
     */
    CompletableFuture<Boolean> isSkipped(int lane, long offset, long print);
}
