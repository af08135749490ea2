// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Until when something is tried again. */
public final class Deadline {
    private final long endNanos;

    private Deadline(long endNanos) {
        this.endNanos = endNanos;
    }

    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    public boolean isOver() {
        return System.nanoTime() - endNanos >= 0;
    }

    /** Waits, at most until the end. */
    public void pause(Duration pause) {
        long left = endNanos - System.nanoTime();
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(pause.toNanos(), left));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AdminException.failed("interrupted");
        }
    }
}
