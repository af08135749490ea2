// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.log.StockLog;
import io.granary.node.NodeService;
import io.granary.node.NodeSettings;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;

/** A partition node with a log and a session with the registry of its own, as in a process of its own. */
public final class RunningNode implements AutoCloseable {
    private final Started started;
    private final NodeService service;

    private RunningNode(Started started, NodeService service) {
        this.started = started;
        this.service = service;
    }

    /**
     * @throws IOException if its address can't be bound
     */
    public static RunningNode start(Config config, NodeSettings settings, MeterRegistry metrics) throws IOException {
        Started started = new Started();
        try {
            StockLog log = started.add(StockLogs.open(config));
            CuratorRegistry registry = started.add(CuratorRegistry.start(RegistrySettings.of(config)));
            NodeService service = started.add(NodeService.start(settings, log, registry.nodeRegistration(), metrics));
            return new RunningNode(started, service);
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    public NodeService service() {
        return service;
    }

    @Override
    public void close() {
        started.close();
    }
}
