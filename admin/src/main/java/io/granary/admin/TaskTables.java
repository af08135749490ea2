// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.TaskRunView;
import io.granary.api.TaskView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How tasks are shown to people. Times are UTC. */
final class TaskTables {
    private TaskTables() {}

    static Table tasks(List<TaskView> tasks) {
        Table table = new Table()
                .text("task")
                .text("kind")
                .text("state")
                .text("SKU")
                .text("when")
                .text("next")
                .text("last run")
                .text("outcome");
        for (TaskView task : tasks) {
            TaskRunView last = task.last();
            table.row(
                    task.name(),
                    kind(task),
                    task.state(),
                    task.sku(),
                    when(task),
                    task.next(),
                    last == null ? null : last.ended(),
                    last == null ? null : last.outcome());
        }
        return table;
    }

    private static String kind(TaskView task) {
        return task.rebalance() == null
                ? task.kind().name()
                : task.kind() + " " + task.rebalance().kind();
    }

    private static String when(TaskView task) {
        if (task.at() != null) {
            return "at " + task.at();
        }
        if (task.everySeconds() != null) {
            return "every " + task.everySeconds() + " s";
        }
        return "cron " + task.cron() + " " + task.zone();
    }

    static Table runs(List<TaskRunView> runs) {
        Table table = new Table()
                .text("due")
                .text("ended")
                .text("step")
                .text("cause")
                .text("outcome")
                .text("detail")
                .text("allocator");
        runs.forEach(run -> table.row(
                run.due(), run.ended(), run.step(), cause(run), run.outcome(), run.detail(), run.allocator()));
        return table;
    }

    private static String cause(TaskRunView run) {
        @Nullable String asked = run.askedBy();
        return asked == null ? run.cause().name() : run.cause() + " by " + asked;
    }
}
