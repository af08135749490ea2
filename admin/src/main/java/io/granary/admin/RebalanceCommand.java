// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin rebalance}. */
@Command(
        name = "rebalance",
        description = "Units and partitions to other places, without stopping sales.",
        subcommands = {
            RebalancePlanCommand.class,
            RebalanceApplyCommand.class,
            RebalanceStatusCommand.class,
            RebalanceStopCommand.class,
            RebalanceResumeCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class RebalanceCommand {}
