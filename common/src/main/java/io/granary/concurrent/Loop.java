// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other, in the order in which they came: whatever only a loop touches needs no lock. It is
 * also the only source of time for what runs on it, so that a simulation can put its own in its place.
 *
 * <p>Thread-safe.
 */
public interface Loop extends Executor {
    /** A task that may still be called off. Thread-safe; calling off twice, or too late, does nothing. */
    interface Timer {
        void cancel();
    }

    /** Runs the task on the loop after the delay, unless it is called off or the loop is closed before. */
    Timer schedule(Duration delay, Runnable task);

    /** Monotonic time in ns, for measuring and for deciding how soon; never whether. */
    long nanoTime();

    /** Wall-clock time in ms since 1970, for people. */
    long currentTimeMillis();

    /** Whether the caller runs on this loop. */
    boolean isCurrent();
}
