// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code granary admin}: a group of groups. */
@Command(
        name = "admin",
        description = "Shows and steers a Granary that runs.",
        subcommands = {
            HealthCommand.class,
            SkuCommand.class,
            StockCommand.class,
            AllocateCommand.class,
            TaskCommand.class,
            DeadLetterCommand.class,
            RebalanceCommand.class,
            NodeCommand.class,
            ExplainCommand.class,
            LedgerCommand.class,
            ReconcileCommand.class,
            LaneCommand.class,
            PartitionCommand.class,
            WatchCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:all went well",
            "1:the answer is no: not healthy, it does not add up, not confirmed, not in time",
            "2:arguments that can't be meant, something that is not known, a state that does not allow it",
            "3:no leading allocator was reached, or it failed"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin health --wait 60s",
            "  granary admin sku create TICKET --units 10000",
            "  granary admin explain TICKET",
            "  granary admin watch",
            "  granary admin sku show TICKET --output json",
            "  granary admin health --server http://10.0.0.7:8470"
        })
public final class AdminCommand {}
