// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.ThreadLoop;
import io.granary.registry.Cluster;
import io.granary.registry.NodeRegistration;
import io.granary.registry.Routes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;

/**
 * One session with ZooKeeper, and the roles that a process plays in it. A process that hosts several nodes may have one
 * for each, so that they come and go independently. Thread-safe.
 */
public final class CuratorRegistry implements AutoCloseable {
    /** Listings of many SKUs, and of what a session owns, exceed the client's default of 1 MiB. */
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private static final int RETRY_MILLIS = 100;
    private static final int MAX_RETRIES = 5;

    private final CuratorFramework client;
    private final ThreadLoop loop;
    private final RegistryPaths paths;
    private final Duration closeTimeout;
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private boolean hasRoutes;
    private boolean closed;

    private CuratorRegistry(CuratorFramework client, ThreadLoop loop, RegistrySettings settings) {
        this.client = client;
        this.loop = loop;
        paths = settings.paths();
        closeTimeout = settings.connectionTimeout();
    }

    /** Begins to connect, and does not wait for it: what the roles are asked meanwhile waits, or fails as they say. */
    public static CuratorRegistry start(RegistrySettings settings) {
        CuratorFramework client = client(settings);
        client.start();
        return new CuratorRegistry(client, ThreadLoop.start("registry"), settings);
    }

    /** A client that is not started yet. */
    static CuratorFramework client(RegistrySettings settings) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(MAX_ANSWER_BYTES));
        return CuratorFrameworkFactory.builder()
                .connectString(settings.connect())
                // The servers are those that the settings name, as they are reached from here.
                .ensembleTracker(false)
                .dontUseContainerParents()
                .sessionTimeoutMs((int) settings.sessionTimeout().toMillis())
                .connectionTimeoutMs((int) settings.connectionTimeout().toMillis())
                // A leader whose connection comes back within its session stands where it stood.
                .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
                .retryPolicy(new ExponentialBackoffRetry(RETRY_MILLIS, MAX_RETRIES))
                .zkClientConfig(config)
                .build();
    }

    /** Waits until ZooKeeper is reached; returns false if it is not in time. */
    public boolean awaitConnected(Duration timeout) throws InterruptedException {
        return client.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A registration of one node incarnation; there may be several. */
    public synchronized NodeRegistration nodeRegistration() {
        CuratorNodeRegistration registration = new CuratorNodeRegistration(client, paths, loop, closeTimeout);
        add(registration::close);
        registration.start();
        return registration;
    }

    /**
     * The routes of a client.
     *
     * @throws IllegalStateException if there are some: two would end each other's watches
     */
    public synchronized Routes routes() {
        if (hasRoutes) {
            throw new IllegalStateException("routes: called again (expected: once)");
        }
        hasRoutes = true;
        CuratorRoutes routes = new CuratorRoutes(client, paths, loop);
        add(routes::close);
        routes.start();
        return routes;
    }

    /** An allocator's view. */
    public synchronized Cluster cluster() {
        CuratorCluster cluster = new CuratorCluster(client, paths, loop, closeTimeout);
        add(cluster::close);
        cluster.start();
        return cluster;
    }

    private void add(Runnable close) {
        if (closed) {
            throw new IllegalStateException("the registry is closed");
        }
        closings.push(close);
    }

    /** Closes the roles, then ends the session: what was registered in it is gone at once, if ZooKeeper can be reached. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closings.forEach(Runnable::run);
        } finally {
            client.close();
            loop.close();
        }
    }
}
