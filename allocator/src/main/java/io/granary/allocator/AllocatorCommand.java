// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import com.typesafe.config.Config;
import io.granary.config.Configuration;
import io.granary.metrics.ProcessMetrics;
import io.granary.service.Launcher;
import io.granary.service.ServiceCommand;
import picocli.CommandLine.Command;

/** {@code granary allocator}, on the class path of this module. */
@Command(
        name = "allocator",
        description = "Runs an allocator until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class AllocatorCommand extends ServiceCommand {
    public static void main(String[] arguments) {
        Launcher.run("granary allocator", new AllocatorCommand(), arguments);
    }

    @Override
    protected AutoCloseable start(Config settings) {
        RunningAllocator allocator = RunningAllocator.start(
                settings,
                Configuration.read(settings, "granary.allocator", AllocatorSettings::of),
                new ProcessMetrics());
        System.out.println("allocator " + allocator.service().name() + " at "
                + allocator.service().api().uri());
        return allocator;
    }
}
