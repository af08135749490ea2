// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.NotLeadingException;
import io.granary.registry.RegistryUnavailableException;
import io.granary.registry.SkuEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An allocator's view of ZooKeeper.
 *
 * <p>Curator's latch keeps this allocator among those who stand for leader; leader is whom the registry names first of
 * them when it is read. Who leads goes on while it can't be read, or names nobody. Once joined, it publishes SKUs only
 * while it leads, and this holds without a clock: each write is made on condition that the node of the one who was named
 * still exists, and that node is gone before another one can lead. Without having joined it publishes unconditionally.
 *
 * <p>Nodes and allocators are told all at once, when something changed; states that were over before they were read are missed.
 *
 * <p>The listener is called on the registry's loop, one call at a time; it must not block.
 */
public final class CuratorCluster implements Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(CuratorCluster.class);

    /** Who stands for leader, and the path of the node that says so. */
    private record Candidate(String name, String path) {}

    private final CuratorFramework client;
    private final RegistryPaths paths;
    private final Loop loop;
    private final Duration closeTimeout;
    private final OwnEntriesFlusher own;
    private final SkuPublisher publisher;
    private final WatchedDirectory nodeDirectory;
    private final WatchedDirectory allocatorDirectory;
    private final WatchedDirectory leaderDirectory;
    private final Sessions sessions;

    // Confined to the loop.
    private @Nullable Listener listener;
    private @Nullable LeaderLatch latch;
    private @Nullable Session session;
    private boolean connected;
    private boolean closed;
    private @Nullable Map<String, NodeEntry> nodes;
    private @Nullable List<AllocatorEntry> allocators;
    private @Nullable String name;
    private Optional<Candidate> elected = Optional.empty();
    private boolean leading;
    private boolean inReach;
    private Optional<AllocatorEntry> leader = Optional.empty();

    /**
     * @param client started
     * @param closeTimeout how long close may wait for ZooKeeper to take the allocator's entries away
     */
    public CuratorCluster(CuratorFramework client, RegistryPaths paths, Loop loop, Duration closeTimeout) {
        this.client = client;
        this.paths = paths;
        this.loop = loop;
        this.closeTimeout = closeTimeout;
        own = new OwnEntriesFlusher(paths, this.loop);
        publisher = new SkuPublisher(paths, this::fence);
        nodeDirectory = new WatchedDirectory(paths.nodes(), this.loop, this::onNodes);
        allocatorDirectory = new WatchedDirectory(paths.allocators(), this.loop, this::onAllocators);
        leaderDirectory = new WatchedDirectory(paths.leader(), this.loop, this::onElection);
        sessions = new Sessions(client, this.loop, new Sessions.Listener() {
            @Override
            public void onConnected(Session current, boolean renewed) {
                connected(current, renewed);
            }

            @Override
            public void onDisconnected() {
                disconnected();
            }
        });
    }

    /** Begins to work. Call once. */
    public void start() {
        sessions.start();
    }

    private void connected(Session current, boolean renewed) {
        if (closed) {
            return;
        }
        session = current;
        connected = true;
        own.onConnected(current, renewed);
        publisher.onConnected(current, renewed);
        if (listener != null) {
            nodeDirectory.onConnected(current, renewed);
            allocatorDirectory.onConnected(current, renewed);
            leaderDirectory.onConnected(current, renewed);
        }
    }

    private void disconnected() {
        connected = false;
        own.onDisconnected();
        publisher.onDisconnected();
        setReach(false);
    }

    private void setReach(boolean now) {
        if (now != inReach) {
            inReach = now;
            tell(told -> told.onReach(now));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @param allocator a name that no other live allocator has, 1 to 128 visible ASCII characters
     * @throws IllegalArgumentException if it is none
     */
    @Override
    public void join(String allocator, String address, Listener all) {
        String path = paths.allocator(allocator);
        byte[] data = RegistryCodec.encodeAllocator(address);
        loop.offer(() -> {
            if (closed) {
                return;
            }
            if (listener != null) {
                throw new IllegalStateException("join: called again (expected: once)");
            }
            listener = all;
            name = allocator;
            own.want(path, data);
            Session current = session;
            if (current != null) {
                nodeDirectory.onConnected(current, true);
                allocatorDirectory.onConnected(current, true);
                leaderDirectory.onConnected(current, true);
            }
            stand(allocator);
        });
    }

    private void stand(String allocator) {
        LeaderLatch election = new LeaderLatch(client, paths.leader(), allocator);
        latch = election;
        try {
            election.start();
        } catch (Exception e) {
            throw new IllegalStateException("the leader latch does not start", e);
        }
    }

    private Optional<String> fence() {
        if (name == null) {
            return Optional.empty();
        }
        Candidate first = elected.orElse(null);
        if (first == null || !first.name().equals(name)) {
            throw new NotLeadingException("the registry names "
                    + elected.map(Candidate::name).orElse("nobody") + " as leader (expected: " + name + ")");
        }
        return Optional.of(first.path());
    }

    /** Calls the listener in a task of its own: its faults are its own. */
    private void tell(Consumer<Listener> call) {
        Listener told = listener;
        if (told != null) {
            loop.offer(() -> call.accept(told));
        }
    }

    private void onNodes(Map<String, byte[]> found) {
        Map<String, NodeEntry> now = NodeEntries.of(found);
        if (!now.equals(nodes)) {
            nodes = now;
            tell(told -> told.onNodes(now));
        }
    }

    private void onAllocators(Map<String, byte[]> found) {
        List<AllocatorEntry> now = found.entrySet().stream()
                .flatMap(one -> RegistryPaths.nameOf(one.getKey()).stream()
                        .map(name -> RegistryCodec.decodeAllocator(name, one.getValue())
                                .orElseGet(() -> new AllocatorEntry(name, "", 1))))
                .sorted(Comparator.comparing(AllocatorEntry::name))
                .toList();
        if (!now.equals(allocators)) {
            allocators = now;
            tell(told -> told.onAllocators(now));
        }
        checkLeader();
    }

    /** Of those who stand, the first leads: Curator's latch numbers them in the order in which they came. */
    private void onElection(Map<String, byte[]> found) {
        elected = found.keySet().stream()
                .min(Comparator.comparing(child -> child.substring(child.lastIndexOf('-') + 1)))
                .map(child -> new Candidate(
                        new String(found.get(child), StandardCharsets.UTF_8), paths.leader() + '/' + child));
        elected.ifPresent(first -> setLeading(first.name().equals(name)));
        checkLeader();
        setReach(connected);
    }

    private void setLeading(boolean now) {
        if (now != leading) {
            leading = now;
            tell(now ? Listener::onLeading : Listener::onFollowing);
        }
    }

    private Optional<AllocatorEntry> live(String allocator) {
        return allocators == null
                ? Optional.empty()
                : allocators.stream()
                        .filter(one -> one.name().equals(allocator))
                        .findAny();
    }

    private void checkLeader() {
        Optional<AllocatorEntry> now = elected.map(Candidate::name).flatMap(this::live);
        if (!now.equals(leader)) {
            leader = now;
            tell(told -> told.onLeader(now));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Fails with {@link NotLeadingException} if it has joined and does not lead, {@link RegistryUnavailableException} if ZooKeeper can't be
     * asked or an answer was lost. Some of the SKUs may be written then.
     *
     * @throws IllegalArgumentException if a SKU has no slots, or too many
     */
    @Override
    public CompletableFuture<Void> publish(Map<Sku, SkuEntry> skus) {
        Map<Sku, SkuEntry> copy = Map.copyOf(skus);
        copy.forEach((sku, entry) -> {
            if (entry.slots() < 1 || entry.slots() > PartitionId.MAX_SLOTS) {
                throw new IllegalArgumentException(
                        "slots of " + sku + ": " + entry.slots() + " (expected: 1 to " + PartitionId.MAX_SLOTS + ")");
            }
        });
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean open = loop.offer(() -> {
            if (closed) {
                done.completeExceptionally(unavailable());
            } else {
                publisher.publish(copy, done);
            }
        });
        if (!open) {
            done.completeExceptionally(unavailable());
        }
        return done;
    }

    /** {@inheritDoc} Also those that a node has registered at and nobody has published yet. As new as this call. */
    @Override
    public CompletableFuture<List<Sku>> skus() {
        CompletableFuture<List<Sku>> answer = new CompletableFuture<>();
        boolean open = loop.offer(() -> {
            Session current = session;
            if (current == null || !connected || closed) {
                answer.completeExceptionally(unavailable());
                return;
            }
            current.barrier(code -> {
                if (code != Code.OK) {
                    answer.completeExceptionally(unavailable());
                }
            });
            current.children(paths.skus(), listing -> {
                if (listing.code() == Code.OK || listing.code() == Code.NONODE) {
                    answer.complete(listing.names().stream()
                            .map(RegistryPaths::skuNamed)
                            .flatMap(Optional::stream)
                            .sorted()
                            .toList());
                } else {
                    answer.completeExceptionally(unavailable());
                }
            });
        });
        if (!open) {
            answer.completeExceptionally(unavailable());
        }
        return answer;
    }

    private static RegistryUnavailableException unavailable() {
        return new RegistryUnavailableException("the registry can't be asked now");
    }

    /** Leaves at once, so that another one leads; waits for it at most the time given. Doing it twice does no harm. */
    @Override
    public void close() {
        Closing.await(loop, closeTimeout, gone -> {
            if (!closed) {
                closed = true;
                nodeDirectory.stop();
                allocatorDirectory.stop();
                leaderDirectory.stop();
                setLeading(false);
                leave();
            }
            own.withdraw(gone);
        });
        sessions.close();
        loop.offer(() -> {
            disconnected();
            own.stop();
        });
    }

    private void leave() {
        LeaderLatch election = latch;
        if (election != null) {
            try {
                election.close();
            } catch (IOException e) {
                LOG.warn("The leader latch does not close; it goes with the session", e);
            }
        }
    }
}
