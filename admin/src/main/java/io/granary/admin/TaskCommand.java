// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin task}. */
@Command(
        name = "task",
        description = "Scheduled tasks: opening a sale, topping up a pool, rebalancing, reconciling.",
        subcommands = {
            TaskListCommand.class,
            TaskCreateCommand.class,
            TaskRunCommand.class,
            TaskPauseCommand.class,
            TaskResumeCommand.class,
            TaskHistoryCommand.class,
            TaskDeleteCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class TaskCommand {}
