// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jctools.queues.MpscBlockingConsumerArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop on a thread of its own. Its queue is bounded: a task that finds it full waits for room, so that nothing is
 * lost and a slow loop slows those who feed it. A task that throws is reported to {@code onFault} and the loop goes on;
 * the owner decides whether its state can still be trusted.
 */
public final class ThreadLoop implements Loop, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadLoop.class);
    private static final int CAPACITY = 1 << 16;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final class Task implements Timer {
        final long dueNanos;
        final long order;
        private volatile @Nullable Runnable body;

        Task(long dueNanos, long order, Runnable body) {
            this.dueNanos = dueNanos;
            this.order = order;
            this.body = body;
        }

        @Override
        public void cancel() {
            body = null;
        }
    }

    private final Thread thread;
    private final java.util.function.Consumer<Throwable> onFault;
    private final MpscBlockingConsumerArrayQueue<Runnable> queue = new MpscBlockingConsumerArrayQueue<>(CAPACITY);
    // Touched by the loop's thread only: tasks that it gave itself, and timers.
    private final Deque<Runnable> own = new ArrayDeque<>();
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.order));
    private long timersMade;
    private volatile boolean closed;

    /** Starts the loop. A fault in a task is logged. */
    public static ThreadLoop start(String name) {
        return start(name, fault -> LOG.error("A task of loop {} failed", name, fault));
    }

    public static ThreadLoop start(String name, java.util.function.Consumer<Throwable> onFault) {
        ThreadLoop loop = new ThreadLoop(name, onFault);
        loop.thread.start();
        return loop;
    }

    private ThreadLoop(String name, java.util.function.Consumer<Throwable> onFault) {
        this.onFault = onFault;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /**
     * @throws RejectedExecutionException if the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("loop " + thread.getName() + " is closed");
        }
        if (isCurrent()) {
            own.addLast(task);
            return;
        }
        while (!queue.offer(task)) {
            if (closed) {
                throw new RejectedExecutionException("loop " + thread.getName() + " is closed");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000);
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        long due = System.nanoTime() + Math.max(0, delay.toNanos());
        if (isCurrent()) {
            return addTimer(due, task);
        }
        Task timer = new Task(due, 0, task);
        execute(() -> {
            Runnable body = timer.body;
            if (body != null) {
                addTimer(due, () -> {
                    Runnable late = timer.body;
                    if (late != null) {
                        late.run();
                    }
                });
            }
        });
        return timer;
    }

    private Task addTimer(long due, Runnable task) {
        Task timer = new Task(due, timersMade++, task);
        timers.add(timer);
        return timer;
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
        return Thread.currentThread() == thread;
    }

    private void run() {
        while (!closed) {
            try {
                Runnable next = next();
                if (next != null) {
                    next.run();
                }
            } catch (InterruptedException e) {
                // Only close() may end the loop; a stray interrupt of a task must not.
                LOG.debug("Loop {} was interrupted", thread.getName());
            } catch (Throwable fault) {
                onFault.accept(fault);
            }
        }
    }

    private @Nullable Runnable next() throws InterruptedException {
        Task due = timers.peek();
        if (due != null && due.dueNanos - System.nanoTime() <= 0) {
            timers.remove();
            return due.body;
        }
        Runnable given = own.pollFirst();
        if (given != null) {
            return given;
        }
        long wait = due == null ? IDLE_NANOS : Math.min(IDLE_NANOS, due.dueNanos - System.nanoTime());
        return wait <= 0 ? queue.poll() : queue.poll(wait, TimeUnit.NANOSECONDS);
    }

    /** Ends the loop after the task that runs now; tasks that wait are dropped. Waits at most 5 s for that task. */
    @Override
    public void close() {
        closed = true;
        queue.offer(() -> {});
        if (isCurrent()) {
            return;
        }
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
