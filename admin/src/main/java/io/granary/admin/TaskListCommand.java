// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskList;
import picocli.CommandLine.Command;

/** {@code granary admin task list}. */
@Command(
        name = "list",
        description = "All tasks: when they do something next, and what became of their last run.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin task list --output json")
final class TaskListCommand extends ApiCommand {
    @Override
    int run(Api api, Output output) {
        TaskList list = api.get(ApiPaths.of("tasks"), TaskList.class);
        output.show(list, () -> output.table(TaskTables.tasks(list.tasks())));
        return ExitCode.OK;
    }
}
