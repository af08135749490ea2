// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin task pause}. */
@Command(
        name = "pause",
        description = "Lets a task's times pass; it runs only when asked, until it is resumed.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin task pause midnight")
final class TaskPauseCommand extends ApiCommand {
    @Parameters(paramLabel = "TASK", description = "its name")
    private String name = "";

    @Override
    int run(Api api, Output output) {
        TaskView task = api.post(ApiPaths.of("tasks", name, "pause"), Map.of(), TaskView.class);
        output.show(task, () -> output.table(TaskTables.tasks(List.of(task))));
        return ExitCode.OK;
    }
}
