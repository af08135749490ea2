// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.TaskView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin task delete}. */
@Command(
        name = "delete",
        description = "Takes a task away, with its history. This can't be undone.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin task delete midnight --yes")
final class TaskDeleteCommand extends ApiCommand {
    @Parameters(paramLabel = "TASK", description = "its name")
    private String name = "";

    @Option(names = "--yes", description = "without it nothing is done")
    private boolean yes;

    @Override
    int run(Api api, Output output) {
        if (!yes) {
            throw AdminException.no("task '" + name + "' and its history would be gone (expected: --yes)");
        }
        TaskView gone = api.delete(ApiPaths.of("tasks", name), TaskView.class);
        output.show(gone, () -> output.line("task " + gone.name() + " is gone"));
        return ExitCode.OK;
    }
}
