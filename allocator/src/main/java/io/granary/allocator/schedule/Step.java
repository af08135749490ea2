// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

/** What a task does for one of its times; its name stands in the tables. */
public enum Step {
    /** Some time before. */
    PREPARE,
    /** At the time. */
    RUN
}
