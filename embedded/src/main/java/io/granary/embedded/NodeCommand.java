// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import io.granary.metrics.ProcessMetrics;
import io.granary.node.NodeSettings;
import picocli.CommandLine.Command;

/** {@code granary node}. */
@Command(
        name = "node",
        description = "Runs a partition node until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class NodeCommand extends ServiceCommand {
    @Override
    AutoCloseable start(Config settings) throws Exception {
        RunningNode node = RunningNode.start(
                settings, Configuration.read(settings, "granary.node", NodeSettings::of), new ProcessMetrics());
        System.out.println("partition node " + node.service().incarnation() + " at "
                + node.service().address() + ", watched at " + node.monitoringUrl());
        return node;
    }
}
