// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import io.granary.metrics.ProcessMetrics;
import io.granary.service.Launcher;
import io.granary.service.ServiceCommand;
import picocli.CommandLine.Command;

/** {@code granary node}, on the class path of this module. */
@Command(
        name = "node",
        description = "Runs a partition node until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class NodeCommand extends ServiceCommand {
    public static void main(String[] arguments) {
        Launcher.run("granary node", new NodeCommand(), arguments);
    }

    @Override
    protected AutoCloseable start(Config settings) throws Exception {
        RunningNode node = RunningNode.start(
                settings, Configuration.read(settings, "granary.node", NodeSettings::of), new ProcessMetrics());
        System.out.println("partition node " + node.service().incarnation() + " at "
                + node.service().address() + ", watched at " + node.monitoringUrl());
        return node;
    }
}
