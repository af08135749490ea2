// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerClient.ScheduleOptions;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.metrics.MeterScope;
import io.granary.model.Sku;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks at their times, on the allocator that leads: what a run changes is the leader's to make true.
 *
 * <p>db-scheduler says which task to look at, wakes one allocator for it, and gives a run whose allocator has died to
 * another. What is to be done, and whether it was, is decided by the {@link TaskStore} in one transaction; so a wake-up
 * that is early, doubled or lost does no harm: the first two find nothing to do, and once a second wake-ups are
 * compared with the tasks and put right.
 *
 * <p>Thread-safe.
 */
public final class TaskScheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TaskScheduler.class);
    private static final String WAKE_NAME = "granary";
    private static final Duration ALIGN_PAUSE = Duration.ofSeconds(1);
    private static final Duration LAST_RUNS = Duration.ofSeconds(2);
    private static final long NOT_LEADING = -1;

    /** Hears what tasks have written into the books; thread-safe. */
    public interface Listener {
        /** Something about these SKUs. */
        void onChanged(Set<Sku> skus);

        /** Which nodes are drained. */
        void onDrains();
    }

    private final String name;
    private final TaskStore store;
    private final TaskStore.Witness witness;
    private final Listener listener;
    private final ScheduleSettings settings;
    private final TaskMetrics metrics;
    private final BooksClock clock;
    private final CustomTask<Void> wakeUp;
    private final Scheduler scheduler;
    private final ScheduledExecutorService housekeeping;
    private final TaskStore.Witness oneAtATime = new OneAtATime();
    private volatile long term = NOT_LEADING;

    private TaskScheduler(
            String name,
            Function<CustomTask<Void>, SchedulerBuilder> wakeUps,
            TaskStore store,
            TaskStore.Witness witness,
            Listener listener,
            ScheduleSettings settings,
            MeterScope meters) {
        this.name = name;
        this.store = store;
        this.witness = witness;
        this.listener = listener;
        this.settings = settings;
        metrics = new TaskMetrics(meters);
        clock = new BooksClock(store.now(), System::nanoTime);
        wakeUp = Tasks.custom(WAKE_NAME, Void.class)
                .onFailure((complete, operations) -> {
                    metrics.fault();
                    operations.reschedule(complete, clock.now().plus(settings.retry()));
                })
                .onDeadExecution((complete, operations) -> {
                    LOG.info(
                            "Task {}: who ran it has died",
                            complete.getExecution().taskInstance.getId());
                    operations.reschedule(complete, clock.now());
                })
                .execute((instance, context) -> run(instance.getId()));
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, name + "-tasks");
            thread.setDaemon(true);
            return thread;
        };
        housekeeping = Executors.newScheduledThreadPool(2, daemons);
        scheduler = scheduler(wakeUps.apply(wakeUp), daemons);
    }

    private Scheduler scheduler(SchedulerBuilder builder, ThreadFactory threads) {
        ExecutorService running = Executors.newFixedThreadPool(settings.threads(), threads);
        return builder.schedulerName(new SchedulerName.Fixed(name))
                .clock(clock)
                .threads(settings.threads())
                .executorService(running)
                .dueExecutor(Executors.newSingleThreadExecutor(threads))
                .housekeeperExecutor(housekeeping)
                .pollingInterval(settings.poll())
                .heartbeatInterval(settings.heartbeat())
                .missedHeartbeatsLimit(settings.missedHeartbeats())
                .shutdownMaxWait(LAST_RUNS)
                .alwaysPersistTimestampInUTC()
                .commitWhenAutocommitDisabled(true)
                .enableImmediateExecution()
                .failureLogging(LogLevel.WARN, true)
                .build();
    }

    /**
     * Starts it; it runs nothing until this allocator leads.
     *
     * @param name this allocator's
     * @param wakeUps keeps the times at which a task is to be looked at, in the books
     * @param witness knows what runs have to know beside the books
     * @param listener hears what tasks have done; makes it true
     */
    public static TaskScheduler start(
            String name,
            Function<CustomTask<Void>, SchedulerBuilder> wakeUps,
            TaskStore store,
            TaskStore.Witness witness,
            Listener listener,
            ScheduleSettings settings,
            MeterScope meters) {
        TaskScheduler tasks = new TaskScheduler(name, wakeUps, store, witness, listener, settings, meters);
        tasks.scheduler.pause();
        tasks.scheduler.start();
        ScheduledFuture<?> unused = tasks.housekeeping.scheduleWithFixedDelay(
                tasks::align, 0, ALIGN_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        return tasks;
    }

    /** This allocator leads from now on. */
    public void begin(long ofTerm) {
        term = ofTerm;
        scheduler.resume();
        wake();
    }

    /** It leads no longer; a run that is under way is refused by the books. */
    public void end() {
        scheduler.pause();
        term = NOT_LEADING;
    }

    /** A task was made or changed: looks at once instead of within a second. */
    public void wake() {
        try {
            housekeeping.execute(this::align);
        } catch (RejectedExecutionException e) {
            LOG.debug("Tasks are closed", e);
        }
    }

    private void align() {
        if (term == NOT_LEADING) {
            return;
        }
        try {
            clock.hear(store.now());
            for (TaskStore.Misplaced task : store.misplaced()) {
                align(task.name(), Optional.ofNullable(task.wake()));
            }
            scheduler.triggerCheckForDueExecutions();
        } catch (RuntimeException e) {
            LOG.warn("Tasks can't be compared with their wake-ups now", e);
        }
    }

    private void align(String task, Optional<Instant> wake) {
        var instance = wakeUp.instance(task);
        try {
            if (wake.isPresent()) {
                scheduler.schedule(instance, wake.get(), ScheduleOptions.WHEN_EXISTS_RESCHEDULE);
            } else {
                scheduler.cancel(instance);
            }
        } catch (TaskInstanceException e) {
            // It runs by now, has run, or is gone.
            LOG.debug("The wake-up of task {} has changed meanwhile, it is looked at again", task, e);
        }
    }

    private CompletionHandler<Void> run(String task) {
        long mine = term;
        if (mine == NOT_LEADING) {
            return again(clock.now().plus(settings.retry()));
        }
        TaskStore.Look look;
        try {
            look = store.run(mine, task, name, oneAtATime);
        } catch (AnotherReconcilesException e) {
            return again(clock.now().plus(settings.retry()));
        }
        if (look instanceof TaskStore.Look.Ran ran) {
            ran(task, ran);
        }
        Optional<Instant> wake = look.wake();
        return wake.isPresent() ? again(wake.get()) : new CompletionHandler.OnCompleteRemove<>();
    }

    private void ran(String task, TaskStore.Look.Ran ran) {
        TaskRun run = ran.run();
        metrics.ran(ran.kind(), run);
        LOG.info(
                "Task {} ({}, due {}): {}, {}",
                task,
                run.occasion().step(),
                run.occasion().due(),
                run.outcome(),
                run.detail());
        if (!ran.changed().isEmpty()) {
            listener.onChanged(ran.changed());
        }
        if (ran.drains()) {
            listener.onDrains();
        }
    }

    private static CompletionHandler<Void> again(Instant time) {
        return (complete, operations) -> operations.reschedule(complete, time);
    }

    /** One reads the whole ledger at a time, and so not on all threads. */
    private final class OneAtATime implements TaskStore.Witness {
        private final Semaphore reconciling = new Semaphore(1);

        @Override
        public List<String> drifts() {
            if (!reconciling.tryAcquire()) {
                throw new AnotherReconcilesException();
            }
            try {
                return witness.drifts();
            } finally {
                reconciling.release();
            }
        }

        @Override
        public LiveNodes nodes() {
            return witness.nodes();
        }
    }

    /** One reconciliation at a time: this one comes later. */
    private static final class AnotherReconcilesException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AnotherReconcilesException() {
            super("another task reads the ledger", null, false, false);
        }
    }

    /** Ends; a run that is under way may end, but not for long. */
    @Override
    public void close() {
        end();
        scheduler.stop();
    }
}
