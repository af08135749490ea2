// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import java.time.Instant;

/**
 * A run of a task that is over. Times are the database's.
 *
 * @param allocator who did it
 * @param detail one line for people
 */
public record TaskRun(
        Occasion occasion, String allocator, Instant started, Instant ended, Outcome outcome, String detail) {
    /** What became of it; its name stands in the table {@code task_run}. */
    public enum Outcome {
        /** It has changed something, or found that all is well where that is the question. */
        DONE,
        /** There was nothing to do. */
        NOTHING,
        /** The books do not add up. */
        DRIFT,
        /** It can't be done, for the reason given; it is not tried again by itself. */
        FAILED
    }
}
