// SPDX-License-Identifier: Apache-2.0
package io.granary.testing;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A loop in virtual time that runs when it is told to. Tasks of one moment run in the order in which they came. What a
 * task throws goes to whoever runs the loop. One thread only.
 */
public final class ManualLoop implements Loop {
    private record Task(long dueNanos, long order, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
    private long nowNanos = 1_000_000_000_000L;
    private long tasksMade;
    private boolean running;

    @Override
    public void execute(Runnable task) {
        schedule(Duration.ZERO, task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable body) {
        Task task = new Task(nowNanos + Math.max(0, delay.toNanos()), tasksMade++, body);
        tasks.add(task);
        return () -> tasks.remove(task);
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
        return running;
    }

    /** Runs everything that is due now, and what that brings. */
    public void run() {
        pass(Duration.ZERO);
    }

    /** Lets time pass, running what becomes due in it. */
    public void pass(Duration time) {
        long until = nowNanos + time.toNanos();
        while (!tasks.isEmpty() && tasks.peek().dueNanos() <= until) {
            Task next = tasks.remove();
            nowNanos = Math.max(nowNanos, next.dueNanos());
            running = true;
            try {
                next.body().run();
            } finally {
                running = false;
            }
        }
        nowNanos = Math.max(nowNanos, until);
    }

    /** Lets time pass in which nothing runs, as when the loop is held up. */
    public void hang(Duration time) {
        nowNanos += time.toNanos();
    }

    /** How many tasks wait, or will be due later. */
    public int pending() {
        return tasks.size();
    }
}
