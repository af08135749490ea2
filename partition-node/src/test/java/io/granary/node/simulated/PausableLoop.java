// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.concurrent.Loop;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A process's loop: it can be paused, as by a stopped process, and killed. Keeps the order of its tasks. */
final class PausableLoop implements Loop {
    private final ManualLoop time;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean isAwake;
    private boolean isDead;
    private long pausedUntilNanos;

    PausableLoop(ManualLoop time) {
        this.time = time;
    }

    void pause(Duration length) {
        pausedUntilNanos = Math.max(pausedUntilNanos, time.nanoTime() + length.toNanos());
    }

    void resume() {
        pausedUntilNanos = 0;
        isAwake = false;
        wake();
    }

    void kill() {
        isDead = true;
        tasks.clear();
    }

    boolean isPaused() {
        return time.nanoTime() < pausedUntilNanos;
    }

    @Override
    public void execute(Runnable task) {
        if (!isDead) {
            tasks.addLast(task);
            wake();
        }
    }

    private void wake() {
        if (!isAwake && !tasks.isEmpty()) {
            isAwake = true;
            time.schedule(Duration.ofNanos(pausedUntilNanos - time.nanoTime()), this::work);
        }
    }

    private void work() {
        isAwake = false;
        if (!isPaused()) {
            Runnable next = tasks.pollFirst();
            if (next != null) {
                next.run();
            }
        }
        wake();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        boolean[] cancelled = {false};
        time.schedule(
                delay,
                () -> execute(() -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                }));
        return () -> cancelled[0] = true;
    }

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return time.currentTimeMillis();
    }

    @Override
    public boolean isCurrent() {
        return true;
    }
}
