// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.concurrent.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Something that can be paused, woken and killed, with everything that runs in it. */
final class SimProcess {
    private final Scheduler scheduler;
    private final String name;
    private final Clock clock;
    private final List<Runnable> onCrash = new ArrayList<>();
    private final Deque<Runnable> heldBack = new ArrayDeque<>();
    private boolean dead;
    private boolean paused;
    private final Consumer<String> onFault;

    /**
     * @param onFault hears of what a task threw that nobody expected
     */
    SimProcess(Scheduler scheduler, String name, Clock clock, Consumer<String> onFault) {
        this.scheduler = scheduler;
        this.name = name;
        this.clock = clock;
        this.onFault = onFault;
    }

    String name() {
        return name;
    }

    boolean isDead() {
        return dead;
    }

    boolean isPaused() {
        return paused;
    }

    void onCrash(Runnable action) {
        onCrash.add(action);
    }

    /** As kill -9: nothing of it runs any more. */
    void crash() {
        if (!dead) {
            dead = true;
            heldBack.clear();
            onCrash.forEach(Runnable::run);
        }
    }

    void pause() {
        paused = !dead;
    }

    /** What came meanwhile happens now, in its order. */
    void resume() {
        paused = false;
        int waiting = heldBack.size();
        for (int i = 0; i < waiting && !dead && !paused; i++) {
            run(heldBack.removeFirst());
        }
    }

    /** Runs what comes from outside now, or when the process wakes; never if it is dead. */
    void run(Runnable action) {
        if (dead) {
            return;
        }
        if (paused) {
            heldBack.addLast(action);
            return;
        }
        try {
            action.run();
        } catch (RuntimeException | AssertionError e) {
            onFault.accept(name + ": " + e);
        }
    }

    void after(Duration delay, Runnable action) {
        scheduler.after(delay, () -> run(action));
    }

    Loop newLoop() {
        return new ProcessLoop();
    }

    private final class ProcessLoop implements Loop {
        private final Deque<Runnable> queue = new ArrayDeque<>();
        private boolean current;

        @Override
        public void execute(Runnable task) {
            queue.addLast(task);
            scheduler.after(scheduler.micros(1, 20), () -> SimProcess.this.run(this::next));
        }

        private void next() {
            current = true;
            try {
                queue.removeFirst().run();
            } finally {
                current = false;
            }
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            boolean[] cancelled = new boolean[1];
            scheduler.after(
                    delay,
                    () -> SimProcess.this.run(() -> execute(() -> {
                        if (!cancelled[0]) {
                            task.run();
                        }
                    })));
            return () -> cancelled[0] = true;
        }

        @Override
        public long nanoTime() {
            return scheduler.nowNanos();
        }

        @Override
        public long currentTimeMillis() {
            return clock.millis();
        }

        @Override
        public boolean isCurrent() {
            return current;
        }
    }
}
