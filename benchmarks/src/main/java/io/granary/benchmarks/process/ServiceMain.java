// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import com.typesafe.config.Config;
import io.granary.allocator.AllocatorSettings;
import io.granary.allocator.RunningAllocator;
import io.granary.config.Configuration;
import io.granary.metrics.ProcessMetrics;
import io.granary.node.NodeSettings;
import io.granary.node.RunningNode;
import io.granary.service.Logging;
import io.granary.service.Started;
import java.nio.file.Path;

/**
 * {@code node CONFIG NAME} or {@code allocator CONFIG NAME}: the service as {@code scripts/granary} runs it, until the
 * input ends.
 */
public final class ServiceMain {
    private ServiceMain() {}

    public static void main(String[] arguments) throws Exception {
        Logging.forwardJavaUtilLogging();
        Requests requests = new Requests();
        Config config = Configuration.load(Path.of(arguments[1]));
        try (Started started = new Started()) {
            ProcessMetrics metrics = new ProcessMetrics();
            started.add(start(arguments[0], config, arguments[2], metrics));
            requests.on(Meters.REQUEST, Object.class, nothing -> Meters.of(metrics.registry()))
                    .on(Memory.REQUEST, Object.class, nothing -> Memory.now())
                    .answerAll();
        }
        // Libraries leave threads behind.
        System.exit(0);
    }

    private static AutoCloseable start(String service, Config config, String name, ProcessMetrics metrics)
            throws Exception {
        return switch (service) {
            case "node" -> RunningNode.start(config, NodeSettings.of(config).named(name), metrics);
            case "allocator" ->
                RunningAllocator.start(config, AllocatorSettings.of(config).withHttpPort(0), metrics);
            default -> throw new IllegalArgumentException("service: " + service + " (expected: node or allocator)");
        };
    }
}
