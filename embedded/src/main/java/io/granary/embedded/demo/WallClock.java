// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Turns times of the monotonic clock into wall-clock time, which MySQL on this machine shares.
 *
 * @param nanos a moment by {@link System#nanoTime}
 * @param micros the same moment in µs since 1970
 */
record WallClock(long nanos, long micros) {
    static WallClock now() {
        return new WallClock(System.nanoTime(), ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    }

    long micros(long atNanos) {
        return micros + Math.floorDiv(atNanos - nanos, 1_000L);
    }
}
