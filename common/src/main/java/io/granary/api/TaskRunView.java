// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a task that is over. Times are the database's.
 *
 * @param askedBy the operator who asked for it; null if it was scheduled
 * @param due the time for which it ran
 * @param allocator who did it
 * @param detail one line for people
 */
public record TaskRunView(
        Cause cause,
        @Nullable String askedBy,
        Step step,
        Instant due,
        Instant started,
        Instant ended,
        Outcome outcome,
        String detail,
        String allocator) {
    /** Why it ran. */
    public enum Cause {
        SCHEDULED,
        ASKED
    }

    /** What it was for one of the task's times. */
    public enum Step {
        /** OPEN_SALE, some time before. */
        PREPARE,
        RUN
    }

    /** What became of it. */
    public enum Outcome {
        /** It has changed something; RECONCILE: all adds up. */
        DONE,
        /** There was nothing to do. */
        NOTHING,
        /** The books do not add up. */
        DRIFT,
        /** It can't be done, for the reason given; it is not tried again by itself. */
        FAILED
    }
}
