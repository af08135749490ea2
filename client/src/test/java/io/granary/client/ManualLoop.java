// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop with a time of its own, which passes only when a test says so. */
final class ManualLoop implements Loop {
    private record Task(long dueNanos, long order, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
    private long nowNanos = 1_000_000_000_000L;
    private long order;
    private boolean running;

    @Override
    public void execute(Runnable task) {
        tasks.add(new Task(nowNanos, order++, task));
    }

    @Override
    public Timer schedule(Duration delay, Runnable body) {
        Task task = new Task(nowNanos + Math.max(0, delay.toNanos()), order++, body);
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

    /** Runs all that is due now. */
    void run() {
        pass(Duration.ZERO);
    }

    /** Lets time pass, running what is due when it is due. */
    void pass(Duration time) {
        long until = nowNanos + time.toNanos();
        Task next;
        while ((next = tasks.peek()) != null && next.dueNanos() <= until) {
            tasks.remove();
            nowNanos = Math.max(nowNanos, next.dueNanos());
            running = true;
            try {
                next.body().run();
            } finally {
                running = false;
            }
        }
        nowNanos = until;
    }

    int pending() {
        return tasks.size();
    }
}
