// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

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

    /** Runs the task on the loop, or drops it if the loop is closed, for those who have nobody to tell. Returns whether it runs. */
    default boolean offer(Runnable task) {
        try {
            execute(task);
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    /** Monotonic time in ns, for measuring and for deciding how soon; never whether. */
    long nanoTime();

    /** Wall-clock time in ms since 1970, for people. */
    long currentTimeMillis();

    /** Whether the caller runs on this loop. */
    boolean isCurrent();

    /**
     * Runs the action on the loop with what the future brings. Whatever goes wrong, in the future or in the action, is a
     * fault of the loop's task, not one that a future swallows.
     */
    default <T> void await(CompletableFuture<T> future, Consumer<? super T> action) {
        var unused = future.whenComplete((value, fault) -> execute(() -> {
            if (fault != null) {
                throw new IllegalStateException("a future that never fails has failed", fault);
            }
            action.accept(value);
        }));
    }
}
