// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskHistory;
import io.granary.api.TaskRunView;
import io.granary.api.TaskView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin task run}. */
@Command(
        name = "run",
        description = {
            "Runs a task now, whatever its times, also if it is paused or over.",
            "With --wait it says what became of it, and ends with 1 if that is DRIFT or FAILED."
        },
        footerHeading = "%nExample:%n",
        footer = "  granary admin task run nightly --wait 60s")
final class TaskRunCommand extends ApiCommand {
    private static final Duration PAUSE = Duration.ofMillis(200);

    @Parameters(paramLabel = "TASK", description = "its name")
    private String name = "";

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            converter = TimeConverter.class,
            description = "how long to wait until it has run")
    private @Nullable Duration wait;

    @Override
    int run(Api api, Output output) {
        Instant before = lastAsked(api).map(TaskRunView::due).orElse(Instant.MIN);
        TaskView task = api.post(ApiPaths.of("tasks", name, "run"), Map.of(), TaskView.class);
        Duration patience = wait;
        if (patience == null) {
            output.show(task, () -> output.table(TaskTables.tasks(List.of(task))));
            return ExitCode.OK;
        }
        TaskRunView run = await(api, before, patience);
        output.show(run, () -> output.table(TaskTables.runs(List.of(run))));
        boolean well = run.outcome() == TaskRunView.Outcome.DONE || run.outcome() == TaskRunView.Outcome.NOTHING;
        return well ? ExitCode.OK : ExitCode.NO;
    }

    private TaskRunView await(Api api, Instant before, Duration patience) {
        Deadline deadline = Deadline.in(patience);
        while (true) {
            Optional<TaskRunView> run = lastAsked(api).filter(one -> one.due().isAfter(before));
            if (run.isPresent()) {
                return run.get();
            }
            if (deadline.isOver()) {
                throw AdminException.no("task '" + name + "' has not run within " + patience.toSeconds()
                        + " s; its history will say what becomes of it");
            }
            deadline.pause(PAUSE);
        }
    }

    private Optional<TaskRunView> lastAsked(Api api) {
        TaskHistory history = api.get(ApiPaths.of("tasks", name, "history") + "?limit=100", TaskHistory.class);
        return history.runs().stream()
                .filter(run -> run.cause() == TaskRunView.Cause.ASKED)
                .findFirst();
    }
}
