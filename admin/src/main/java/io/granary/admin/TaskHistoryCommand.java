// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskHistory;
import io.granary.config.Check;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin task history}. */
@Command(
        name = "history",
        description = "The latest runs of a task, the newest first. Times are the database's, in UTC.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin task history nightly --limit 5")
final class TaskHistoryCommand extends ApiCommand {
    @Parameters(paramLabel = "TASK", description = "its name")
    private String name = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "at most so many, 1 to 10000 (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private int limit = 20;

    @Override
    int run(Api api, Output output) {
        Check.range("--limit", limit, 1, 10_000);
        TaskHistory history = api.get(ApiPaths.of("tasks", name, "history") + "?limit=" + limit, TaskHistory.class);
        output.show(history, () -> output.table(TaskTables.runs(history.runs())));
        return ExitCode.OK;
    }
}
