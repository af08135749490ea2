// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin dead-letters}. */
@Command(
        name = "dead-letters",
        description = "Stock updates that were refused.",
        subcommands = {DeadLetterListCommand.class, DeadLetterReplayCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class DeadLetterCommand {}
