// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import picocli.CommandLine.Command;

/** {@code granary allocator}. */
@Command(
        name = "allocator",
        description = "Runs an allocator until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class AllocatorCommand extends ServiceCommand {
    @Override
    AutoCloseable start(Config settings) throws Exception {
        RunningAllocator allocator = RunningAllocator.start(settings, "allocator-" + ProcessHandle.current().pid(), Metrics.registry());
        System.out.println("allocator");
        return allocator;
    }
}
