// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.allocator.AllocatorSettings;
import io.granary.config.Configuration;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code granary allocator}. */
@Command(
        name = "allocator",
        description = "Runs an allocator until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AllocatorCommand extends ServiceCommand {
    @Override
    Running start(Config settings) {
        RunningAllocator allocator = RunningAllocator.start(
                settings, Configuration.read(settings, "granary.allocator", AllocatorSettings::of), Metrics.registry());
        System.out.println("allocator " + allocator.service().name());
        // It works on through all that can happen to it.
        return new Running(allocator, new CompletableFuture<>());
    }
}
