// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.Wish;
import io.granary.allocator.schedule.Occasion;
import io.granary.allocator.schedule.Task;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskRun;
import io.granary.allocator.schedule.Timing;
import io.granary.api.RebalanceRequest;
import io.granary.api.TaskKind;
import io.granary.api.TaskRunView;
import io.granary.api.TaskView;
import org.jspecify.annotations.Nullable;

/** Tasks as messages of the API. */
final class TaskViews {
    private TaskViews() {}

    static TaskView of(Task task) {
        TaskDefinition definition = task.definition();
        Timing timing = definition.timing();
        TaskKind kind = TaskKind.valueOf(definition.kind().name());
        boolean sale = kind == TaskKind.OPEN_SALE;
        @Nullable TaskRun last = task.last();
        return new TaskView(
                definition.name(),
                kind,
                state(task),
                definition.sku() == null ? null : definition.sku().code(),
                definition.units() == 0 ? null : definition.units(),
                sale ? definition.ahead().toSeconds() : null,
                of(definition.rebalance()),
                timing instanceof Timing.At at ? at.time() : null,
                timing instanceof Timing.Every every ? every.interval().toSeconds() : null,
                timing instanceof Timing.Cron cron ? cron.expression() : null,
                timing instanceof Timing.Cron cron ? cron.zone().getId() : null,
                task.standing().wake(definition).orElse(null),
                task.running(),
                last == null ? null : of(last),
                task.created(),
                task.createdBy());
    }

    private static TaskView.State state(Task task) {
        if (task.running() != null || task.standing().asked() != null) {
            return TaskView.State.RUNNING;
        }
        if (task.standing().paused()) {
            return TaskView.State.PAUSED;
        }
        return task.standing().next() == null ? TaskView.State.OVER : TaskView.State.WAITING;
    }

    /** Of the task's SKU, if it is of one. */
    private static @Nullable RebalanceRequest of(@Nullable Wish wish) {
        return wish == null ? null : new RebalanceRequest(wish.kind(), null, wish.node(), wish.slots(), wish.slot());
    }

    static TaskRunView of(TaskRun run) {
        Occasion occasion = run.occasion();
        return new TaskRunView(
                TaskRunView.Cause.valueOf(occasion.cause().name()),
                occasion.askedBy(),
                TaskRunView.Step.valueOf(occasion.step().name()),
                occasion.due(),
                run.started(),
                run.ended(),
                TaskRunView.Outcome.valueOf(run.outcome().name()),
                run.detail(),
                run.allocator());
    }
}
