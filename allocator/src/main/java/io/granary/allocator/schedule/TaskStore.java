// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.model.Sku;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The books of tasks. Each method is one transaction. Thread-safe; blocks its caller, and may fail with the exceptions of
 * the database.
 */
public interface TaskStore {
    /** The most tasks. */
    int MAX_TASKS = 10_000;

    /** What became of a wish for a task. */
    enum Created {
        CREATED,
        NAME_TAKEN,
        UNKNOWN_SKU,
        TOO_MANY
    }

    /** What became of a look at a task. */
    sealed interface Look {
        /** When somebody has to look again; empty: never, as it stands. */
        Optional<Instant> wake();

        /** It was not time, or somebody was faster. */
        record NotDue(Optional<Instant> wake) implements Look {}

        /**
         * It was run.
         *
         * @param changed SKUs of which the leader should look at the books now
         * @param drains whether it should look which nodes are drained
         */
        record Ran(TaskKind kind, TaskRun run, Set<Sku> changed, boolean drains, Optional<Instant> wake)
                implements Look {}
    }

    /**
     * A task that is not scheduled as it should be.
     *
     * @param wake when somebody has to look at it; null: never
     */
    record Misplaced(String name, @Nullable Instant wake) {}

    /** Knows what a run has to know beside the books; asked only if it does. Thread-safe, may block, may fail. */
    interface Witness {
        /** What does not add up in the books, one line each; may take long. */
        List<String> drifts();

        /** The nodes as the leader sees them. */
        LiveNodes nodes();
    }

    /** What the database's clock says. */
    Instant now();

    Created create(TaskDefinition task, Operator by);

    /** All tasks by name, with their last runs. */
    List<Task> tasks();

    Optional<Task> task(String name);

    /** Its times pass from now on. */
    Optional<Task> pause(String name, Operator by);

    Optional<Task> resume(String name, Operator by);

    /** Runs it as soon as can be, also if it is paused or over. */
    Optional<Task> ask(String name, Operator by);

    /** With its history. Whether there was such a task. */
    boolean delete(String name, Operator by);

    /** The latest runs, the newest first; empty if there is no such task. */
    Optional<List<TaskRun>> history(String name, int limit);

    /**
     * Runs a task if it is time, with its effect and its row in the history in one transaction.
     *
     * @param term of the leader who does
     * @param witness asked before the transaction begins
     * @throws io.granary.allocator.allocation.LeadershipLostException if the term is over: nothing was done
     */
    Look run(long term, String name, String allocator, Witness witness);

    /** Tasks whose wake-up is not where it should be, some of them; those that run now are left alone. */
    List<Misplaced> misplaced();
}
