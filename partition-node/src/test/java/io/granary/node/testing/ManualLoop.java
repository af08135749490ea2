// SPDX-License-Identifier: Apache-2.0
package io.granary.node.testing;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A loop in virtual time that runs when it is told to. Tasks of one moment run in the order in which they came. What a
 * task throws goes to whoever runs the loop. One thread only.
 */
public final class ManualLoop implements Loop {
    private static final class Task implements Timer {
        final long dueNanos;
        final long order;
        final Runnable body;
        boolean cancelled;

        Task(long dueNanos, long order, Runnable body) {
            this.dueNanos = dueNanos;
            this.order = order;
            this.body = body;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.order));
    private long nowNanos;
    private long tasksMade;

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Task timer = new Task(nowNanos + Math.max(0, delay.toNanos()), tasksMade++, task);
        tasks.add(timer);
        return timer;
    }

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public long currentTimeMillis() {
        return nowNanos / 1_000_000;
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    /** Runs everything that is due now, and what that brings. */
    public void run() {
        runUntil(nowNanos);
    }

    /** Lets time pass, running what becomes due in it. */
    public void pass(Duration time) {
        runUntil(nowNanos + time.toNanos());
    }

    private void runUntil(long nanos) {
        while (!tasks.isEmpty() && tasks.peek().dueNanos <= nanos) {
            Task next = tasks.remove();
            nowNanos = next.dueNanos;
            if (!next.cancelled) {
                next.body.run();
            }
        }
        nowNanos = nanos;
    }
}
