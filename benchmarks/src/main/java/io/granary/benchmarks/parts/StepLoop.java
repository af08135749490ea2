// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** A loop that runs when it is told to; what is scheduled for later never is. Not thread-safe. */
final class StepLoop implements Loop {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        if (delay.isZero()) {
            tasks.add(task);
        }
        return () -> {};
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public boolean isCurrent() {
        return running;
    }

    /** Until nothing is left to do. */
    void run() {
        running = true;
        try {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        } finally {
            running = false;
        }
    }
}
