// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.allocator.AllocatorSettings;
import io.granary.config.Configuration;
import io.granary.metrics.ProcessMetrics;
import picocli.CommandLine.Command;

/** {@code granary allocator}. */
@Command(
        name = "allocator",
        description = "Runs an allocator until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AllocatorCommand extends ServiceCommand {
    @Override
    AutoCloseable start(Config settings) {
        RunningAllocator allocator = RunningAllocator.start(
                settings,
                Configuration.read(settings, "granary.allocator", AllocatorSettings::of),
                new ProcessMetrics());
        System.out.println("allocator " + allocator.service().name() + " at "
                + allocator.service().api().uri());
        return allocator;
    }
}
