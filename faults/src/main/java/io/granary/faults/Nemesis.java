// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.faults.FaultPlan.Scene;
import io.granary.faults.FaultPlan.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what a plan says, step after step. Used by one thread. */
final class Nemesis implements AutoCloseable {
    /** A fault that happened, and when, in ms since the nemesis was made. */
    record Done(Fault fault, long beganMillis, long undoneMillis) {}

    private static final Logger LOG = LoggerFactory.getLogger(Nemesis.class);
    private static final int THREADS = 8;
    /** A takeover takes about a session time-out. */
    private static final Duration NORMAL_AFTER_SESSION = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofMillis(50);

    private final GranaryProcesses granary;
    private final SalesWatch sales;
    private final Duration sessionTimeout;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    private final long startNanos = System.nanoTime();
    private final List<Step> steps = new ArrayList<>();
    private final List<Done> done = new ArrayList<>();
    private volatile boolean alone;

    /**
     * @param sales hears when faults begin, and when they are undone
     */
    Nemesis(GranaryProcesses granary, SalesWatch sales, Duration sessionTimeout) {
        this.granary = granary;
        this.sales = sales;
        this.sessionTimeout = sessionTimeout;
    }

    /**
     * Does one step, and returns when it is undone. A single fault waits until sales are normal, so that it can be said
     * what it does to them, but not for ever.
     *
     * @return whether it can be said
     */
    boolean take(Step step) throws InterruptedException {
        alone = step.scene() == Scene.SINGLE;
        Thread.sleep(step.pauseMillis());
        boolean judged = alone && awaitNormal(sessionTimeout.plus(NORMAL_AFTER_SESSION));
        steps.add(step);
        sales.begins(judged ? Trouble.of(step.faults().get(0)) : Trouble.COMBINED, System.nanoTime());
        LOG.info("Step {}: {} {}", steps.size(), step.scene(), step.faults());
        List<CompletableFuture<Done>> running =
                step.faults().stream().map(this::inflict).toList();
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new))
                    .get();
        } catch (ExecutionException e) {
            throw new CompletionException("step " + steps.size() + " can't be done as it should", e.getCause());
        }
        sales.healed(System.nanoTime());
        running.forEach(fault -> done.add(fault.join()));
        return judged;
    }

    /** Waits until sales are normal, for so long at most; returns whether they are. */
    boolean awaitNormal(Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (!sales.isNormal(System.nanoTime())) {
            if (System.nanoTime() > until) {
                LOG.warn("Sales are not normal within {}", atMost);
                return false;
            }
            Thread.sleep(POLL.toMillis());
        }
        return true;
    }

    /** Whether the present step is a single fault: then nobody else should bring sales into trouble. */
    boolean isAlone() {
        return alone;
    }

    private CompletableFuture<Done> inflict(Fault fault) {
        return CompletableFuture.supplyAsync(
                        () -> {
                            long began = millis();
                            begin(fault);
                            return began;
                        },
                        after(fault.afterMillis()))
                .thenCompose(began -> CompletableFuture.supplyAsync(
                        () -> {
                            undo(fault);
                            return new Done(fault, began, millis());
                        },
                        after(fault.holdMillis())));
    }

    private Executor after(int millis) {
        return task -> {
            var unused = threads.schedule(task, millis, TimeUnit.MILLISECONDS);
        };
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private void begin(Fault fault) {
        String name = fault.target().name();
        switch (fault.kind()) {
            case KILL -> granary.process(name).kill();
            case PAUSE -> granary.process(name).pause();
            case RESTART -> granary.process(name).stop();
            case CUT -> granary.link(name).cut();
            case BLACK_HOLE -> granary.link(name).blackHole();
            case BREAK -> granary.link(name).breakAll();
        }
    }

    private void undo(Fault fault) {
        String name = fault.target().name();
        switch (fault.kind()) {
            case KILL, RESTART -> granary.process(name).start();
            case PAUSE -> granary.process(name).resume();
            case CUT, BLACK_HOLE, BREAK -> granary.link(name).heal();
        }
    }

    /** The steps taken, in order. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The faults that happened, in the order of the plan. */
    List<Done> done() {
        return List.copyOf(done);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
