// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.schedule.Task;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskKind;
import io.granary.allocator.schedule.TaskScheduler;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.schedule.Timing;
import io.granary.api.RebalanceRequest;
import io.granary.api.TaskHistory;
import io.granary.api.TaskList;
import io.granary.api.TaskRequest;
import io.granary.api.TaskView;
import io.granary.config.Check;
import io.granary.model.Sku;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Tasks and their history. */
final class TaskArea implements Area {
    private static final int DEFAULT_LIMIT = 20;
    private static final int MAX_LIMIT = 10_000;
    private static final long MAX_SECONDS = Duration.ofDays(366).toSeconds();

    private final TaskStore tasks;
    private final TaskScheduler scheduler;
    private final Duration ahead;

    /**
     * @param ahead how long before its time a sale is prepared, if the request does not say
     */
    TaskArea(TaskStore tasks, TaskScheduler scheduler, Duration ahead) {
        this.tasks = tasks;
        this.scheduler = scheduler;
        this.ahead = ahead;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .get(
                        "/tasks",
                        ctx -> ctx.json(new TaskList(
                                tasks.tasks().stream().map(TaskViews::of).toList())))
                .post("/tasks", this::create)
                .get("/tasks/{name}", this::show)
                .delete("/tasks/{name}", this::delete)
                .post("/tasks/{name}/run", ctx -> changed(ctx, tasks::ask))
                .post("/tasks/{name}/pause", ctx -> changed(ctx, tasks::pause))
                .post("/tasks/{name}/resume", ctx -> changed(ctx, tasks::resume))
                .get("/tasks/{name}/history", this::history);
    }

    private static String name(Context ctx) {
        return ctx.pathParam("name");
    }

    private void create(Context ctx) {
        TaskRequest request = Requests.body(ctx, TaskRequest.class);
        TaskDefinition task = definition(request, tasks.now());
        switch (tasks.create(task, Requests.by(ctx))) {
            case CREATED -> {
                scheduler.wake();
                ctx.json(found(task.name()));
            }
            case NAME_TAKEN ->
                throw ProblemException.conflict("name: '" + task.name() + "' (expected: one that no task has)");
            case UNKNOWN_SKU -> throw ProblemException.notFound("sku: '" + task.sku() + "' (expected: a known one)");
            case TOO_MANY ->
                throw ProblemException.conflict("tasks: " + TaskStore.MAX_TASKS + " (expected: fewer; delete some)");
        }
    }

    private TaskDefinition definition(TaskRequest request, Instant now) {
        TaskKind kind = TaskKind.valueOf(request.kind().name());
        String sku = request.sku();
        Long units = request.units();
        Long aheadSeconds = request.aheadSeconds();
        RebalanceRequest rebalance = request.rebalance();
        Duration first = kind == TaskKind.OPEN_SALE ? ahead : Duration.ZERO;
        return new TaskDefinition(
                request.name(),
                kind,
                sku == null ? null : new Sku(sku),
                units == null ? 0 : units,
                aheadSeconds == null
                        ? first
                        : Duration.ofSeconds(
                                Check.range("aheadSeconds", aheadSeconds, 0, TaskDefinition.LONGEST_AHEAD.toSeconds())),
                rebalance == null ? null : RebalanceArea.wish(rebalance, sku),
                timing(request, now));
    }

    private static Timing timing(TaskRequest request, Instant now) {
        Instant at = request.at();
        Long in = request.inSeconds();
        Long every = request.everySeconds();
        String cron = request.cron();
        int given = (at == null ? 0 : 1) + (in == null ? 0 : 1) + (every == null ? 0 : 1) + (cron == null ? 0 : 1);
        Check.require(given == 1, "at, inSeconds, everySeconds, cron", given + " of them", "one");
        Check.require(
                request.zone() == null || cron != null, "zone", String.valueOf(request.zone()), "none without cron");
        if (at != null) {
            // A sale must not open at once because somebody mistook the year.
            return new Timing.At(Check.require(at.isAfter(now), "at", at, "later than now, which is " + now));
        }
        if (in != null) {
            return new Timing.At(now.plusSeconds(Check.range("inSeconds", in, 1, MAX_SECONDS)));
        }
        if (every != null) {
            return new Timing.Every(Duration.ofSeconds(Check.range("everySeconds", every, 1, MAX_SECONDS)), now);
        }
        return new Timing.Cron(String.valueOf(cron), zone(request.zone()));
    }

    private static ZoneId zone(@Nullable String zone) {
        try {
            return zone == null ? ZoneOffset.UTC : ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("zone: '" + zone + "' (expected: one such as Europe/Berlin)", e);
        }
    }

    private void changed(Context ctx, BiFunction<String, Operator, Optional<Task>> change) {
        String name = name(ctx);
        Task task = change.apply(name, Requests.by(ctx)).orElseThrow(() -> unknown(name));
        scheduler.wake();
        ctx.json(TaskViews.of(task));
    }

    private void show(Context ctx) {
        ctx.json(found(name(ctx)));
    }

    private TaskView found(String name) {
        return TaskViews.of(tasks.task(name).orElseThrow(() -> unknown(name)));
    }

    private void delete(Context ctx) {
        TaskView last = found(name(ctx));
        if (!tasks.delete(last.name(), Requests.by(ctx))) {
            throw unknown(last.name());
        }
        scheduler.wake();
        ctx.json(last);
    }

    private void history(Context ctx) {
        String name = name(ctx);
        int limit = (int) Requests.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        ctx.json(new TaskHistory(
                name,
                tasks.history(name, limit).orElseThrow(() -> unknown(name)).stream()
                        .map(TaskViews::of)
                        .toList()));
    }

    private static ProblemException unknown(String name) {
        return ProblemException.notFound("task: '" + name + "' (expected: one of those that /tasks lists)");
    }
}
