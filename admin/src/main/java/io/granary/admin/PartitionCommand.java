// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import picocli.CommandLine.Command;

/** {@code granary admin partition}. */
@Command(
        name = "partition",
        description = "Single partitions of SKUs.",
        subcommands = PartitionRepairCommand.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class PartitionCommand {}
