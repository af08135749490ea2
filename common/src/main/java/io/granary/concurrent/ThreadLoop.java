// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jctools.queues.MpscBlockingConsumerArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop on a thread of its own. Its queue is bounded: a task that finds it full waits for room, so that nothing is
 * lost and a slow loop slows those who feed it; two loops that flood each other would wait for each other. Tasks that a
 * loop gives itself never wait. Timers that are due and tasks take turns, so neither can starve the other.
 *
 * <p>A task that throws is reported to {@code onFault} and the loop goes on; the owner decides whether its state can
 * still be trusted.
 */
public final class ThreadLoop implements Loop, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadLoop.class);
    private static final int CAPACITY = 1 << 16;
    private static final int MIN_PURGE = 1 << 10;
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration LONGEST_DELAY = Duration.ofDays(36_500);

    /** What is left of a task that has run or was called off is null. */
    private final class Task implements Timer {
        final long dueNanos;
        final AtomicReference<@Nullable Runnable> body;
        long order;

        Task(long dueNanos, Runnable body) {
            this.dueNanos = dueNanos;
            this.body = new AtomicReference<>(body);
        }

        @Override
        public void cancel() {
            if (body.getAndSet(null) != null) {
                calledOff.incrementAndGet();
            }
        }
    }

    private final Thread thread;
    private final Consumer<Throwable> onFault;
    private final MpscBlockingConsumerArrayQueue<Runnable> queue = new MpscBlockingConsumerArrayQueue<>(CAPACITY);
    private final AtomicInteger calledOff = new AtomicInteger();
    private volatile boolean closed;

    // Touched by the loop's thread only.
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.dueNanos).thenComparingLong(t -> t.order));
    private final Deque<Runnable> overflow = new ArrayDeque<>();
    private long timersMade;
    private boolean timerRan;

    /** Starts the loop. A fault in a task is logged. */
    public static ThreadLoop start(String name) {
        return start(name, fault -> LOG.error("A task of loop {} failed", name, fault));
    }

    /** Starts the loop. Faults are reported on its thread. */
    public static ThreadLoop start(String name, Consumer<Throwable> onFault) {
        ThreadLoop loop = new ThreadLoop(name, onFault);
        loop.thread.start();
        return loop;
    }

    private ThreadLoop(String name, Consumer<Throwable> onFault) {
        this.onFault = onFault;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /**
     * @throws RejectedExecutionException if the loop is closed
     */
    @Override
    public void execute(Runnable task) {
        refuseIfClosed();
        if (isCurrent()) {
            if (!overflow.isEmpty() || !queue.offer(task)) {
                overflow.addLast(task);
            }
            return;
        }
        while (!queue.offer(task)) {
            refuseIfClosed();
            LockSupport.parkNanos(10_000);
        }
    }

    private void refuseIfClosed() {
        if (closed) {
            throw new RejectedExecutionException("loop " + thread.getName() + " is closed");
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Duration bounded = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
        Task timer = new Task(System.nanoTime() + (bounded.isNegative() ? 0 : bounded.toNanos()), task);
        if (isCurrent()) {
            add(timer);
        } else {
            execute(() -> add(timer));
        }
        return timer;
    }

    private void add(Task timer) {
        timer.order = timersMade++;
        timers.add(timer);
        // Most timers are time-outs that are called off: they must not pile up until they would have been due.
        int dead = calledOff.get();
        if (dead > MIN_PURGE && dead > timers.size() / 2) {
            int before = timers.size();
            timers.removeIf(t -> t.body.get() == null);
            calledOff.addAndGet(timers.size() - before);
        }
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
                report(fault);
            }
        }
    }

    private void report(Throwable fault) {
        try {
            onFault.accept(fault);
        } catch (Throwable another) {
            another.addSuppressed(fault);
            LOG.error("A fault in loop {} could not be reported", thread.getName(), another);
        }
    }

    private @Nullable Runnable next() throws InterruptedException {
        Task first = timers.peek();
        long wait = first == null ? IDLE_NANOS : first.dueNanos - System.nanoTime();
        if (wait <= 0 && !timerRan) {
            timerRan = true;
            return due();
        }
        timerRan = false;
        Runnable task = task();
        if (task != null) {
            return task;
        }
        return wait <= 0 ? due() : queue.poll(Math.min(IDLE_NANOS, wait), TimeUnit.NANOSECONDS);
    }

    private @Nullable Runnable due() {
        Runnable body = timers.remove().body.getAndSet(null);
        if (body == null) {
            calledOff.decrementAndGet();
        }
        return body;
    }

    private @Nullable Runnable task() {
        Runnable task = queue.poll();
        // There is room now, if others do not take it first. Never straight from here, or it would overtake.
        while (!overflow.isEmpty() && queue.offer(overflow.peekFirst())) {
            overflow.removeFirst();
        }
        return task;
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
