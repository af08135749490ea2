// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin sku}. */
@Command(
        name = "sku",
        description = "The SKUs.",
        subcommands = {
            SkuCreateCommand.class,
            SkuListCommand.class,
            SkuShowCommand.class,
            SkuPlanCommand.class,
            SkuPauseCommand.class,
            SkuResumeCommand.class,
            SkuFreezeCommand.class,
            SkuUnfreezeCommand.class,
            SkuHistoryCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class SkuCommand {}
