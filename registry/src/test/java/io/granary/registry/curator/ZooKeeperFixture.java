// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.backing.ZooKeeperOptions;
import io.granary.backing.ZooKeeperProcess;
import io.granary.concurrent.ThreadLoop;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** One real ZooKeeper, and parties that use it: each a process of its own as ZooKeeper sees it, with a client, a loop and a root that the test has for itself. */
final class ZooKeeperFixture implements AutoCloseable {
    /** 70,000 nodes, and the listings of a test that asks for them all. */
    private static final int HEAP_MIB = 512;

    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    final ZooKeeperProcess server;

    ZooKeeperFixture(Path directory) {
        server = new ZooKeeperProcess(directory, new ZooKeeperOptions(0, 500, 1_000, 60_000, HEAP_MIB));
        server.start();
    }

    RegistrySettings settings(String root) {
        return new RegistrySettings(server.connectString(), root, Duration.ofSeconds(2), Duration.ofSeconds(2));
    }

    /** A process of its own as ZooKeeper sees it. */
    Party party(String root) {
        return new Party(CuratorRegistry.client(settings(root)), new RegistryPaths(root));
    }

    @Override
    public void close() {
        server.close();
    }

    static final class Party implements AutoCloseable {
        final CuratorFramework client;
        final RegistryPaths paths;
        final ThreadLoop loop = ThreadLoop.start("test");
        private final Deque<Runnable> roles = new ArrayDeque<>();

        Party(CuratorFramework client, RegistryPaths paths) {
            this.client = client;
            this.paths = paths;
            client.start();
        }

        CuratorNodeRegistration registration() {
            CuratorNodeRegistration registration = new CuratorNodeRegistration(client, paths, loop, CLOSE_TIMEOUT);
            roles.push(registration::close);
            registration.start();
            return registration;
        }

        CuratorRoutes routes() {
            CuratorRoutes routes = new CuratorRoutes(client, paths, loop);
            roles.push(routes::close);
            routes.start();
            return routes;
        }

        CuratorCluster cluster() {
            CuratorCluster cluster = new CuratorCluster(client, paths, loop, CLOSE_TIMEOUT);
            roles.push(cluster::close);
            cluster.start();
            return cluster;
        }

        ZooKeeper handle() throws Exception {
            return client.getZookeeperClient().getZooKeeper();
        }

        /** Ends the session as ZooKeeper does when it hears nothing for too long: the process learns it from the server. */
        void expire() throws Exception {
            ZooKeeper victim = handle();
            CountDownLatch connected = new CountDownLatch(1);
            Watcher watcher = event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                    connected.countDown();
                }
            };
            ZooKeeper twin = new ZooKeeper(
                    client.getZookeeperClient().getCurrentConnectionString(),
                    2_000,
                    watcher,
                    victim.getSessionId(),
                    victim.getSessionPasswd());
            connected.await();
            twin.close();
        }

        List<String> children(String path) throws Exception {
            try {
                return handle().getChildren(path, false);
            } catch (KeeperException.NoNodeException none) {
                return List.of();
            }
        }

        /** Who owns the entry, or -1 if it does not exist. */
        long owner(String path) throws Exception {
            var stat = handle().exists(path, false);
            return stat == null ? -1 : stat.getEphemeralOwner();
        }

        @Override
        public void close() {
            roles.forEach(Runnable::run);
            client.close();
            loop.close();
        }
    }

    /** Remembers what it hears. */
    static final class Heard implements Routes.Listener {
        final Map<Sku, Optional<SkuView>> skus = new ConcurrentHashMap<>();
        final Map<String, NodeEntry> nodes = new ConcurrentHashMap<>();
        final ConcurrentLinkedQueue<Optional<SkuView>> views = new ConcurrentLinkedQueue<>();

        @Override
        public void onSku(Sku sku, Optional<SkuView> view) {
            skus.put(sku, view);
            views.add(view);
        }

        @Override
        public void onNode(String incarnation, Optional<NodeEntry> node) {
            if (node.isPresent()) {
                nodes.put(incarnation, node.get());
            } else {
                nodes.remove(incarnation);
            }
        }

        /** The registered partitions of the SKU as slot.epoch.node; nothing while it is unknown. */
        List<String> partitions(Sku sku) {
            List<String> names = new ArrayList<>();
            skus.getOrDefault(sku, Optional.empty())
                    .ifPresent(view ->
                            view.partitions().forEach(p -> names.add(p.slot() + "." + p.epoch() + "." + p.node())));
            return names;
        }
    }
}
