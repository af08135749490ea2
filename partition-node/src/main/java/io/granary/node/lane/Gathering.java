// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import java.time.Duration;

/**
 * Decides when the next record goes. Callers who have just been answered often ask again at once, all together: a record
 * that goes before them makes them wait for the one after it, and from then on the crowd is split into two records for ever,
 * each of which costs as much as one. So the next record waits until as many wait for it as were answered and were waiting
 * already, but not for long.
 *
 * <p>Pure; not thread-safe.
 */
final class Gathering {
    private final long mostNanos;
    private int crowd;
    private long untilNanos;

    /**
     * @param most how long a record waits, counted from the end of the one before; zero for not at all
     */
    Gathering(Duration most) {
        mostNanos = most.toNanos();
    }

    /**
     * A record has ended.
     *
     * @param answered how many were answered
     * @param waiting how many wait for the next one already
     */
    void answered(int answered, int waiting, long nowNanos) {
        crowd = answered + waiting;
        untilNanos = nowNanos + mostNanos;
    }

    /** How long the next record should wait if so many wait for it; 0 or less if it should go. */
    long waitNanos(int waiting, long nowNanos) {
        return waiting >= crowd ? 0 : untilNanos - nowNanos;
    }
}
