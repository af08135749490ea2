// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin stock}. */
@Command(
        name = "stock",
        description = "Units that come and go.",
        subcommands = {StockRestockCommand.class, StockAdjustCommand.class, StockShowCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class StockCommand {}
