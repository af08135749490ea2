// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import io.granary.model.PartitionId;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.jspecify.annotations.Nullable;

/**
 * A node's entries in ZooKeeper. It knows its incarnation from the first {@link #publish}, which may not be followed by
 * one of another incarnation; what is registered before waits for it.
 *
 * <p>Changes that come while a multi-operation is under way go into the next one, of at most 500 operations. A path of a SKU that
 * nobody has published yet is made, and stays empty until somebody does. Every 30 s, and after every reconnection, it
 * looks whether its entries are still there.
 */
public final class CuratorNodeRegistration implements NodeRegistration {
    private record Served(PartitionId partition, long epoch, boolean exhausted) {
        Served otherwise() {
            return new Served(partition, epoch, !exhausted);
        }
    }

    private final RegistryPaths paths;
    private final Loop loop;
    private final Duration closeTimeout;
    private final OwnEntriesFlusher flusher;
    private final Sessions sessions;
    // Confined to the loop.
    private @Nullable String incarnation;
    private final Set<Served> early = new LinkedHashSet<>();
    private boolean closed;

    /**
     * @param client started
     * @param closeTimeout how long close may wait for ZooKeeper to take the entries away
     */
    public CuratorNodeRegistration(CuratorFramework client, RegistryPaths paths, Loop loop, Duration closeTimeout) {
        this.paths = paths;
        this.loop = loop;
        this.closeTimeout = closeTimeout;
        flusher = new OwnEntriesFlusher(paths, this.loop);
        sessions = new Sessions(client, this.loop, flusher);
    }

    /** Begins to work. Call once. */
    public void start() {
        sessions.start();
    }

    /**
     * @throws IllegalArgumentException if the incarnation is not 1 to 128 visible ASCII characters
     */
    @Override
    public void publish(NodeEntry node) {
        String path = paths.node(node.incarnation());
        byte[] data = RegistryCodec.encode(node);
        loop.offer(() -> {
            if (closed) {
                return;
            }
            if (incarnation != null && !incarnation.equals(node.incarnation())) {
                throw new IllegalStateException("incarnation: " + node.incarnation() + " (expected: " + incarnation
                        + "; another one has a registration of its own)");
            }
            incarnation = node.incarnation();
            flusher.want(path, data);
            early.forEach(served -> want(served, node.incarnation()));
            early.clear();
        });
    }

    /**
     * @throws IllegalArgumentException if the epoch is less than 1
     */
    @Override
    public void register(PartitionId partition, long epoch) {
        register(new Served(partition, epoch, false));
    }

    /**
     * @throws IllegalArgumentException if the epoch is less than 1
     */
    @Override
    public void registerExhausted(PartitionId partition, long epoch) {
        register(new Served(partition, epoch, true));
    }

    private void register(Served served) {
        if (served.epoch() < 1) {
            throw new IllegalArgumentException("epoch: " + served.epoch() + " (expected: 1 or more)");
        }
        loop.offer(() -> {
            if (closed) {
                return;
            }
            if (incarnation == null) {
                early.remove(served.otherwise());
                early.add(served);
            } else {
                want(served, incarnation);
            }
        });
    }

    /** Both changes go into one multi-operation, unless it is full: then the entry stands there twice for a moment. */
    private void want(Served served, String node) {
        flusher.want(path(served, node), new byte[0]);
        flusher.unwant(path(served.otherwise(), node));
    }

    private String path(Served served, String node) {
        return paths.partition(served.partition(), served.epoch(), node, served.exhausted());
    }

    @Override
    public void deregister(PartitionId partition, long epoch) {
        Served served = new Served(partition, epoch, false);
        loop.offer(() -> {
            if (incarnation == null) {
                early.remove(served);
                early.remove(served.otherwise());
            } else if (epoch >= 1) {
                flusher.unwant(path(served, incarnation));
                flusher.unwant(path(served.otherwise(), incarnation));
            }
        });
    }

    /**
     * Takes everything away, waiting for it at most the time given; what is left then goes with the session. Doing it
     * twice does no harm.
     */
    @Override
    public void close() {
        Closing.await(loop, closeTimeout, gone -> {
            closed = true;
            early.clear();
            flusher.withdraw(gone);
        });
        sessions.close();
        loop.offer(flusher::stop);
    }
}
