// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin ledger}. */
@Command(
        name = "ledger",
        description = "The deductions that have settled.",
        subcommands = LedgerShowCommand.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class LedgerCommand {}
