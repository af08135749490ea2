// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin node}. */
@Command(
        name = "node",
        description = "The partition nodes.",
        subcommands = {NodeListCommand.class, NodeDrainCommand.class, NodeUndrainCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class NodeCommand {}
