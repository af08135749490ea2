// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.typesafe.config.Config;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.concurrent.ThreadLoop;
import io.granary.model.RequestId;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

/** A client library that reaches ZooKeeper and the nodes through proxies. Thread-safe. */
final class ProxiedClient implements AutoCloseable {
    /** Connects to the proxies that clients have of their own. */
    private record Detour(GranaryProcesses granary, Connector<byte[], byte[]> connector)
            implements Connector<byte[], byte[]> {
        @Override
        public Link<byte[]> connect(String address, LinkListener<byte[]> listener) {
            return connector.connect(granary.addressForClients(address), listener);
        }

        @Override
        public void close() {
            connector.close();
        }
    }

    private final Started started = new Started();
    private final GranaryClient client;

    ProxiedClient(String name, GranaryProcesses granary) {
        Config config = granary.clientConfiguration();
        ThreadLoop loop = started.add(ThreadLoop.start(name));
        CuratorRegistry registry = started.add(CuratorRegistry.start(RegistrySettings.of(config)));
        Detour connector = started.add(new Detour(granary, GrpcConnector.deductions(GrpcSettings.of(config))));
        client = started.add(GranaryClient.on(
                loop,
                registry.routes(),
                connector,
                ClientSettings.of(config),
                RequestId.random(),
                new SimpleMeterRegistry()));
    }

    GranaryClient client() {
        return client;
    }

    @Override
    public void close() {
        started.close();
    }
}
