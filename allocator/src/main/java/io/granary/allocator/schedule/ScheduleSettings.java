// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.config.Check;
import java.time.Duration;

/**
 * How tasks are run; {@code reference.conf} says what each setting means. Immutable.
 *
 * @param threads that run tasks, 2 to 16
 * @param poll how often it is looked for tasks whose time has come, 10 ms to 10 s
 * @param heartbeat how often a run says that it lives, 50 ms to 1 min
 * @param missedHeartbeats after so many without it another one takes the run over, 4 to 100
 * @param retry how long after a fault a run is tried again, 10 ms to 1 min
 * @param ahead how long before its time a sale is prepared, if the task does not say, 0 to 24 h in whole seconds
 * @param historyRuns how many runs of a task are kept, 1 to 100,000
 */
public record ScheduleSettings(
        int threads,
        Duration poll,
        Duration heartbeat,
        int missedHeartbeats,
        Duration retry,
        Duration ahead,
        int historyRuns) {
    /** What else asks the books: looking for what is due, heartbeats and wake-ups. */
    public static final int OTHER_THREADS = 3;

    public static final ScheduleSettings DEFAULT = new ScheduleSettings(
            3, Duration.ofMillis(200), Duration.ofMillis(500), 4, Duration.ofSeconds(1), Duration.ofMinutes(5), 1_000);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public ScheduleSettings {
        Check.range("schedule.threads", threads, 2, 16);
        Check.range("schedule.poll", poll, Duration.ofMillis(10), Duration.ofSeconds(10));
        Check.range("schedule.heartbeat", heartbeat, Duration.ofMillis(50), Duration.ofMinutes(1));
        Check.range("schedule.missed-heartbeats", missedHeartbeats, 4, 100);
        Check.range("schedule.retry", retry, Duration.ofMillis(10), Duration.ofMinutes(1));
        Check.range("schedule.ahead", ahead, Duration.ZERO, TaskDefinition.LONGEST_AHEAD);
        Check.require(ahead.toNanosPart() == 0, "schedule.ahead", ahead, "whole seconds");
        Check.range("schedule.history-runs", historyRuns, 1, 100_000);
    }
}
