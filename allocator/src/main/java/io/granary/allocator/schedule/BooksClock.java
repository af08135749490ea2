// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import com.github.kagkarlsson.scheduler.Clock;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The database's clock, as last heard and carried on by this machine's monotonic one: allocators whose own clocks differ
 * agree on it, and none ever jumps. Behind the database's by as long as its answer takes, so what is due here is due
 * there. Thread-safe.
 */
final class BooksClock implements Clock {
    private record Heard(Instant time, long nanos) {}

    private final LongSupplier nanoTime;
    private volatile Heard heard;

    /**
     * @param nanoTime a monotonic clock, ns
     */
    BooksClock(Instant present, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        heard = new Heard(present, nanoTime.getAsLong());
    }

    /** The database has just said this. */
    void hear(Instant time) {
        heard = new Heard(time, nanoTime.getAsLong());
    }

    @Override
    public Instant now() {
        Heard last = heard;
        return last.time().plusNanos(nanoTime.getAsLong() - last.nanos());
    }
}
