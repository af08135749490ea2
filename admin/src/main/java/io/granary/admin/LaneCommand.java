// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin lane}. */
@Command(
        name = "lane",
        description = "The lanes of the stock log.",
        subcommands = {LaneListCommand.class, LaneShowCommand.class, LaneSkipCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class LaneCommand {}
