// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.time.Duration;

/**
 * What a machine says is the time of day. It may be wrong, and go wrong more and more; how long something takes
 * everybody knows.
 */
final class Clock {
    private static final long START_MILLIS = 1_800_000_000_000L;
    private static final Duration MOST_OFF = Duration.ofMinutes(20);
    /** A machine's clock without anybody who corrects it is off by some 10 ms in 1 s at the very worst. */
    private static final int MOST_DRIFT = 10;

    private final Scheduler scheduler;
    private final long offMillis;
    private final long driftMillisPerSecond;

    private Clock(Scheduler scheduler, long offMillis, long driftMillisPerSecond) {
        this.scheduler = scheduler;
        this.offMillis = offMillis;
        this.driftMillisPerSecond = driftMillisPerSecond;
    }

    static Clock right(Scheduler scheduler) {
        return new Clock(scheduler, 0, 0);
    }

    static Clock wrong(Scheduler scheduler) {
        int most = (int) MOST_OFF.toMillis();
        return new Clock(scheduler, scheduler.between(-most, most), scheduler.between(-MOST_DRIFT, MOST_DRIFT));
    }

    /** ms since 1970, as it says. */
    long millis() {
        long passed = scheduler.nowNanos() / 1_000_000;
        return START_MILLIS + passed + offMillis + passed * driftMillisPerSecond / 1_000;
    }
}
