// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import com.typesafe.config.Config;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.metrics.ProcessMetrics;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;

/** An allocator with connections of its own, as in a process of its own. Thread-safe. */
public final class RunningAllocator implements AutoCloseable {
    private final Started started;
    private final AllocatorService service;

    private RunningAllocator(Started started, AllocatorService service) {
        this.started = started;
        this.service = service;
    }

    /** Starts an allocator. Waits for the database and for RocketMQ, not for the registry. */
    public static RunningAllocator start(Config config, AllocatorSettings settings, ProcessMetrics metrics) {
        Started started = new Started();
        try {
            CuratorRegistry registry = started.add(CuratorRegistry.start(RegistrySettings.of(config)));
            AllocatorService.Surroundings surroundings = new AllocatorService.Surroundings(
                    started.add(new RocketMqStockLog(RocketMqLogSettings.stockLog(config))),
                    started.add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config))),
                    started.add(new RocketMqTopic(RocketMqLogSettings.deadLetters(config))),
                    registry.cluster(),
                    started.add(GrpcConnector.control(GrpcSettings.of(config))));
            AllocatorService service = started.add(AllocatorService.start(settings, surroundings, metrics));
            return new RunningAllocator(started, service);
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    public AllocatorService service() {
        return service;
    }

    /** Leaves the registry and ends; another allocator, if there is one, goes on where this one was. */
    @Override
    public void close() {
        started.close();
    }
}
