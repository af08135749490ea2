// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin task resume}. */
@Command(
        name = "resume",
        description = "Ends a pause: a one-off whose time has passed runs at once, others wait for their next time.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin task resume midnight")
final class TaskResumeCommand extends ApiCommand {
    @Parameters(paramLabel = "TASK", description = "its name")
    private String name = "";

    @Override
    int run(Api api, Output output) {
        TaskView task = api.post(ApiPaths.of("tasks", name, "resume"), Map.of(), TaskView.class);
        output.show(task, () -> output.table(TaskTables.tasks(List.of(task))));
        return ExitCode.OK;
    }
}
