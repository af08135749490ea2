// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.model.Sku;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The books as stock updates see them. Thread-safe. A future that completes exceptionally says that nothing is known to
 * have been done; look where the queue stands before going on. What is written is refused to a leader whose term is over,
 * with a {@link io.granary.allocator.allocation.LeadershipLostException}: the next one has announced nothing of it.
 */
public interface StockUpdateStore {
    /** What became of a batch. */
    sealed interface Outcome {
        /**
         * All of it is done.
         *
         * @param applied updates that changed the stock now
         * @param repeated updates that had been applied before
         * @param changed the SKUs that were changed
         */
        record Applied(int applied, int repeated, Set<Sku> changed) implements Outcome {}

        /** Nothing was done: these, by index, are to be dead letters first, for these reasons. */
        record Dead(Map<Integer, String> reasons) implements Outcome {}

        /** The queue does not stand at {@code from}: nothing was done. */
        record Moved() implements Outcome {}

        /** The books' own rules forbid it: nothing was done. */
        record Refused(String reason) implements Outcome {}
    }

    /** The offset of the first message that was not dealt with. */
    CompletableFuture<Long> position(int queue);

    /** Puts the queue at another offset, because the log does not have the one where it stands. */
    CompletableFuture<Void> moveTo(long term, int queue, long from, long to);

    /** Applies a batch in one transaction, if the queue stands at {@code batch.from}. */
    CompletableFuture<Outcome> apply(long term, UpdateBatch batch);

    /**
     * Decides that the batch's dead updates are dead for good, those that have an id and are not decided: before they
     * are published, so that no later leader applies what is a dead letter.
     *
     * @param letters some of them, to be kept with what they said
     */
    CompletableFuture<Void> condemn(long term, UpdateBatch batch, List<DeadLetter> letters);
}
