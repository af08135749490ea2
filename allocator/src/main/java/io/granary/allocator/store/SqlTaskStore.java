// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.schedule.Occasion;
import io.granary.allocator.schedule.Standing;
import io.granary.allocator.schedule.Step;
import io.granary.allocator.schedule.Task;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskKind;
import io.granary.allocator.schedule.TaskRun;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.schedule.Timing;
import io.granary.api.OperationKind;
import io.granary.api.RebalanceKind;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/** {@link TaskStore} in MySQL. Locks in the order leader_term (shared), task, partition, sku. Thread-safe. */
public final class SqlTaskStore implements TaskStore {
    private static final int MAX_DETAIL = 1_000;
    private static final int MOST_MISPLACED = 1_000;

    private final TransactionRunner transactions;
    private final int historyRuns;

    /**
     * @param historyRuns how many runs of a task are kept
     */
    public SqlTaskStore(TransactionRunner transactions, int historyRuns) {
        this.transactions = transactions;
        this.historyRuns = historyRuns;
    }

    @Override
    public Instant now() {
        return transactions.call(session -> now(session.getMapper(TaskMapper.class)));
    }

    private static Instant now(TaskMapper mapper) {
        return mapper.now().toInstant(ZoneOffset.UTC);
    }

    @Override
    public Created create(TaskDefinition task, Operator by) {
        Operations.Request request =
                Operations.Request.ofTask(OperationKind.CREATE_TASK, task.name(), task.sku(), task.inWords());
        try {
            return Operations.run(transactions, by, session -> {
                if (!Operations.isNew(session, by, request)) {
                    return Created.CREATED;
                }
                Created created = create(session.getMapper(TaskMapper.class), task, by.who());
                if (created == Created.CREATED) {
                    Operations.note(session, by, request);
                }
                return created;
            });
        } catch (PersistenceException e) {
            if (SqlFault.of(e) == SqlFault.DUPLICATE_KEY) {
                return Created.NAME_TAKEN;
            }
            throw e;
        }
    }

    private static Created create(TaskMapper mapper, TaskDefinition task, String who) {
        if (mapper.task(task.name()) != null) {
            return Created.NAME_TAKEN;
        }
        if (task.sku() != null && mapper.skus(task.sku()) == 0) {
            return Created.UNKNOWN_SKU;
        }
        if (mapper.count() >= MAX_TASKS) {
            return Created.TOO_MANY;
        }
        Instant now = now(mapper);
        mapper.insert(row(0, task, Standing.fresh(task, now), now, who));
        return Created.CREATED;
    }

    @Override
    public List<Task> tasks() {
        return transactions.snapshot(session -> {
            TaskMapper mapper = session.getMapper(TaskMapper.class);
            Map<Long, TaskRun> last = new HashMap<>();
            mapper.lastRuns().forEach(run -> last.put(run.taskId(), run(run)));
            Map<String, String> running = running(mapper);
            return mapper.tasks().stream()
                    .map(row -> task(row, last.get(row.id()), running.get(row.name())))
                    .toList();
        });
    }

    private static Map<String, String> running(TaskMapper mapper) {
        Map<String, String> running = new HashMap<>();
        mapper.picked().forEach(picked -> running.put(picked.name(), picked.pickedBy()));
        return running;
    }

    @Override
    public Optional<Task> task(String name) {
        return transactions.snapshot(session -> {
            TaskMapper mapper = session.getMapper(TaskMapper.class);
            return Optional.ofNullable(mapper.task(name)).map(row -> {
                List<TaskMapper.RunRow> last = mapper.runs(row.id(), 1);
                return task(
                        row,
                        last.isEmpty() ? null : run(last.get(0)),
                        running(mapper).get(name));
            });
        });
    }

    @Override
    public Optional<Task> pause(String name, Operator by) {
        return change(
                OperationKind.PAUSE_TASK,
                name,
                by,
                (mapper, task) -> task.standing().pause());
    }

    @Override
    public Optional<Task> resume(String name, Operator by) {
        return change(
                OperationKind.RESUME_TASK,
                name,
                by,
                (mapper, task) -> task.standing().resume(task.definition(), now(mapper)));
    }

    @Override
    public Optional<Task> ask(String name, Operator by) {
        return change(OperationKind.RUN_TASK, name, by, (mapper, task) -> {
            // Later than the last time, so that it is another one, whatever the clock says.
            LocalDateTime last = mapper.lastAsked(task.id());
            Instant now = now(mapper);
            Instant least = last == null ? now : last.toInstant(ZoneOffset.UTC).plusMillis(1);
            return task.standing().wanted(now.isAfter(least) ? now : least, by.who());
        });
    }

    private Optional<Task> change(
            OperationKind kind, String name, Operator by, BiFunction<TaskMapper, Task, Standing> to) {
        return Operations.run(transactions, by, session -> {
            TaskMapper mapper = session.getMapper(TaskMapper.class);
            TaskMapper.TaskRow row = mapper.lock(name);
            if (row == null) {
                return Optional.empty();
            }
            Task before = task(row, null, null);
            Operations.Request request = Operations.Request.ofTask(kind, name, row.sku(), "");
            if (!Operations.isNew(session, by, request)) {
                return Optional.of(before);
            }
            Standing standing = to.apply(mapper, before);
            TaskMapper.TaskRow after =
                    row(row.id(), before.definition(), standing, before.created(), before.createdBy());
            mapper.stand(after);
            Operations.note(session, by, request);
            return Optional.of(task(after, null, null));
        });
    }

    @Override
    public boolean delete(String name, Operator by) {
        return transactions.call(session -> {
            TaskMapper mapper = session.getMapper(TaskMapper.class);
            TaskMapper.TaskRow row = mapper.lock(name);
            if (row == null) {
                return false;
            }
            mapper.delete(name);
            // Without its key: a second time there is no such task, and that is told.
            Operator unnamed = Operator.named(by.who());
            Operations.note(
                    session, unnamed, Operations.Request.ofTask(OperationKind.DELETE_TASK, name, row.sku(), ""));
            return true;
        });
    }

    @Override
    public Optional<List<TaskRun>> history(String name, int limit) {
        return transactions.snapshot(session -> {
            TaskMapper mapper = session.getMapper(TaskMapper.class);
            return Optional.ofNullable(mapper.task(name))
                    .map(row -> mapper.runs(row.id(), limit).stream()
                            .map(SqlTaskStore::run)
                            .toList());
        });
    }

    @Override
    public Look run(long term, String name, String allocator, Witness witness) {
        Optional<Task> known = task(name);
        if (known.isEmpty()) {
            return new Look.NotDue(Optional.empty());
        }
        Instant started = now();
        TaskDefinition definition = known.get().definition();
        boolean isDue = known.get().standing().occasion(definition, started).isPresent();
        // Asked while nothing is locked: one reads the whole ledger, the other waits for the leader.
        Attempt attempt = new Attempt(
                term,
                name,
                allocator,
                started,
                isDue && definition.reconciles() ? witness.drifts() : null,
                isDue && definition.drains() ? witness.nodes() : null);
        try {
            return transactions.call(session -> run(
                    session,
                    attempt,
                    (task, occasion) -> TaskEffects.apply(session, term, task, occasion, attempt.facts())));
        } catch (LeadershipLostException | OutcomeUnknownException e) {
            throw e;
        } catch (PersistenceException
                | RefusedIntentionException
                | BooksException
                | IllegalArgumentException
                | IllegalStateException e) {
            if (passes(e)) {
                throw e;
            }
            return transactions.call(session -> run(
                    session, attempt, (task, occasion) -> TaskEffects.Effect.failed(String.valueOf(e.getMessage()))));
        }
    }

    /** Whether the same run may well succeed when it is done again. */
    private static boolean passes(RuntimeException e) {
        return SqlFault.of(e).passes()
                || (e instanceof RefusedIntentionException refused
                        && refused.why() == RefusedIntentionException.Why.NOT_YET);
    }

    /**
     * @param found what does not add up in the books; null if that was not asked
     * @param live the nodes; null if that was not asked
     */
    private record Attempt(
            long term,
            String name,
            String allocator,
            Instant started,
            @Nullable List<String> found,
            @Nullable LiveNodes live) {
        boolean lacks(TaskDefinition task) {
            return (task.reconciles() && found == null) || (task.drains() && live == null);
        }

        TaskEffects.Facts facts() {
            return new TaskEffects.Facts(found == null ? List.of() : found, live == null ? LiveNodes.UNSEEN : live);
        }
    }

    private Look run(
            SqlSession session, Attempt attempt, BiFunction<TaskDefinition, Occasion, TaskEffects.Effect> effect) {
        LeaderTerm.check(session, attempt.term());
        TaskMapper mapper = session.getMapper(TaskMapper.class);
        TaskMapper.TaskRow row = mapper.lock(attempt.name());
        if (row == null) {
            return new Look.NotDue(Optional.empty());
        }
        Task task = task(row, null, null);
        TaskDefinition definition = task.definition();
        Optional<Occasion> due = task.standing().occasion(definition, now(mapper));
        // What has become due just now and needs something asked first is looked at again.
        if (due.isEmpty() || attempt.lacks(definition)) {
            return new Look.NotDue(task.standing().wake(definition));
        }
        Occasion occasion = due.get();
        TaskEffects.Effect done = effect.apply(definition, occasion);
        Instant ended = now(mapper);
        Standing standing = task.standing().after(definition, occasion, ended);
        TaskRun run = new TaskRun(
                occasion, attempt.allocator(), attempt.started(), ended, done.outcome(), oneLine(done.detail()));
        mapper.insertRun(row(task.id(), run));
        mapper.stand(row(task.id(), definition, standing, task.created(), task.createdBy()));
        Long forgotten = mapper.firstForgotten(task.id(), historyRuns);
        if (forgotten != null) {
            mapper.forget(task.id(), forgotten);
        }
        return new Look.Ran(definition.kind(), run, done.changed(), done.drains(), standing.wake(definition));
    }

    private static String oneLine(String detail) {
        String line = detail.replaceAll("\\s*\\R\\s*", " ");
        return line.length() <= MAX_DETAIL ? line : line.substring(0, MAX_DETAIL - 1) + "…";
    }

    @Override
    public List<Misplaced> misplaced() {
        return transactions.call(session -> session.getMapper(TaskMapper.class).misplaced(MOST_MISPLACED).stream()
                .map(row -> new Misplaced(row.name(), instant(row.wake())))
                .toList());
    }

    // ---- Rows

    private static TaskMapper.TaskRow row(
            long id, TaskDefinition task, Standing standing, Instant created, String who) {
        Wish wish = task.rebalance();
        Timing timing = task.timing();
        return new TaskMapper.TaskRow(
                id,
                task.name(),
                task.kind().name(),
                task.sku(),
                task.units(),
                (int) task.ahead().toSeconds(),
                wish == null ? null : wish.kind(),
                wish == null ? null : wish.node(),
                wish == null ? 0 : wish.slotsAfter(0),
                wish == null ? null : wish.slot(),
                timing instanceof Timing.At at ? utc(at.time()) : null,
                timing instanceof Timing.Every every ? (int) every.interval().toSeconds() : null,
                timing instanceof Timing.Cron cron ? cron.expression() : null,
                timing instanceof Timing.Cron cron ? cron.zone().getId() : null,
                utc(standing.next()),
                standing.step().name(),
                utc(standing.asked()),
                standing.askedBy(),
                standing.paused(),
                utc(standing.wake(task).orElse(null)),
                instantToUtc(created),
                who);
    }

    private static TaskMapper.RunRow row(long task, TaskRun run) {
        Occasion occasion = run.occasion();
        return new TaskMapper.RunRow(
                task,
                occasion.cause().name(),
                occasion.step().name(),
                instantToUtc(occasion.due()),
                occasion.askedBy(),
                run.allocator(),
                instantToUtc(run.started()),
                instantToUtc(run.ended()),
                run.outcome().name(),
                run.detail());
    }

    private static Task task(TaskMapper.TaskRow row, @Nullable TaskRun last, @Nullable String running) {
        Instant created = row.created().toInstant(ZoneOffset.UTC);
        RebalanceKind wish = row.rebalance();
        TaskDefinition definition = new TaskDefinition(
                row.name(),
                TaskKind.valueOf(row.kind()),
                row.sku(),
                row.units(),
                Duration.ofSeconds(row.aheadSeconds()),
                wish == null
                        ? null
                        : new Wish(wish, row.sku(), row.node(), row.slots() == 0 ? null : row.slots(), row.slot()),
                timing(row, created));
        Standing standing = new Standing(
                instant(row.nextRun()), Step.valueOf(row.step()), instant(row.asked()), row.askedBy(), row.paused());
        return new Task(row.id(), definition, standing, created, row.createdBy(), last, running);
    }

    private static Timing timing(TaskMapper.TaskRow row, Instant created) {
        LocalDateTime at = row.runAt();
        Integer every = row.everySeconds();
        String cron = row.cron();
        if (at != null) {
            return new Timing.At(at.toInstant(ZoneOffset.UTC));
        }
        if (every != null) {
            return new Timing.Every(Duration.ofSeconds(every), created);
        }
        if (cron == null) {
            throw new BooksException("timing of task " + row.name() + ": none (expected: one)");
        }
        String zone = row.zone();
        return new Timing.Cron(cron, zone == null ? ZoneOffset.UTC : ZoneId.of(zone));
    }

    private static TaskRun run(TaskMapper.RunRow row) {
        return new TaskRun(
                new Occasion(
                        Occasion.Cause.valueOf(row.cause()),
                        Step.valueOf(row.step()),
                        row.due().toInstant(ZoneOffset.UTC),
                        row.askedBy()),
                row.allocator(),
                row.started().toInstant(ZoneOffset.UTC),
                row.ended().toInstant(ZoneOffset.UTC),
                TaskRun.Outcome.valueOf(row.outcome()),
                row.detail());
    }

    private static @Nullable Instant instant(@Nullable LocalDateTime time) {
        return time == null ? null : time.toInstant(ZoneOffset.UTC);
    }

    private static @Nullable LocalDateTime utc(@Nullable Instant time) {
        return time == null ? null : instantToUtc(time);
    }

    private static LocalDateTime instantToUtc(Instant time) {
        return LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    }
}
