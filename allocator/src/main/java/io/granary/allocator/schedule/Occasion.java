// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A reason to run a task now.
 *
 * @param due since when
 * @param askedBy the operator; null if it is scheduled
 */
public record Occasion(
        Cause cause, Step step, Instant due, @Nullable String askedBy) {
    /** Why; its name stands in the table {@code task_run}. */
    public enum Cause {
        SCHEDULED,
        ASKED
    }
}
