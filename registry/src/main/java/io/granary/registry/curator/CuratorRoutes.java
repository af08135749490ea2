// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.concurrent.Loop;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.registry.RegistryUnavailableException;
import io.granary.registry.Routes;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;
import org.apache.zookeeper.OpResult.GetChildrenResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's view of ZooKeeper.
 *
 * <p><b>Following.</b> One persistent recursive watch for each SKU, on its path whether it exists or not. An event only says
 * that something happened: the SKU is read again, its state and its partitions at one moment. A SKU has one read under
 * way; what happens meanwhile leads to another one afterwards. So the listener hears every last state, but not each state
 * in between: an entry that came and went quickly may never be seen. Views come in ZooKeeper's order within a session;
 * after a new session a first view may be older than one told before, and the next one puts it right. After a reconnection everything is
 * read again. While the registry can't be asked nothing is told, and what is known stays known.
 *
 * <p><b>Refreshing.</b> A barrier through the quorum ({@link Session#barrier}), then a read in the same session. One barrier is
 * under way for all SKUs; calls that come meanwhile share the next one, and the reads after it. A call never gets a read whose
 * barrier began before the call.
 *
 * <p>Listeners are called on the registry's loop, one call at a time for everything; they must not block.
 */
public final class CuratorRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(CuratorRoutes.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Reads under way at a time, of different SKUs. */
    private static final int MAX_READS = 256;

    /** What is known and under way for a SKU that is followed, or asked for. */
    private static final class Tracked {
        boolean followed;
        boolean reading;
        /** Another read is due after the one under way. */
        boolean again;
        /** The session that watches it. */
        @Nullable
        Session watchedIn;
        /** Whether it has been read since it is followed, and what was found last. */
        boolean known;

        Optional<SkuView> view = Optional.empty();
        /** Those who wait for the next read. */
        List<CompletableFuture<Optional<SkuView>>> waiting = new ArrayList<>();

        boolean isIdle() {
            return !followed && !reading && waiting.isEmpty();
        }
    }

    /** What a read found. */
    private sealed interface Found {
        record View(Optional<SkuView> view) implements Found {}

        record Nothing(Code code) implements Found {
            /** Data that can't be read stay so until somebody writes others, and that is an event. */
            boolean mayPass() {
                return code != Code.MARSHALLINGERROR;
            }
        }
    }

    private final RegistryPaths paths;
    private final Loop loop;
    private final WatchedDirectory nodeDirectory;
    private final Sessions sessions;
    private final Watcher watcher = this::onEvent;

    // Confined to the loop.
    private final Map<Sku, Tracked> tracked = new HashMap<>();
    private final Set<Sku> due = new LinkedHashSet<>();
    private int reads;
    private Map<Sku, List<CompletableFuture<Optional<SkuView>>>> behindBarrier = new LinkedHashMap<>();
    private Map<Sku, List<CompletableFuture<Optional<SkuView>>>> behindNextBarrier = new LinkedHashMap<>();
    private Map<String, NodeEntry> nodes = Map.of();
    private @Nullable Session session;
    private boolean connected;
    private @Nullable Listener listener;
    private boolean closed;

    /**
     * @param client started
     */
    public CuratorRoutes(CuratorFramework client, RegistryPaths paths, Loop loop) {
        this.paths = paths;
        this.loop = loop;
        nodeDirectory = new WatchedDirectory(paths.nodes(), this.loop, this::onNodes);
        sessions = new Sessions(client, this.loop, new Sessions.Listener() {
            @Override
            public void onConnected(Session current, boolean renewed) {
                connected(current);
                nodeDirectory.onConnected(current, renewed);
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

    @Override
    public void listen(Listener all) {
        loop.offer(() -> {
            if (listener != null) {
                throw new IllegalStateException("listen: called again (expected: once)");
            }
            listener = all;
            nodes.forEach((incarnation, node) -> call(told -> told.onNode(incarnation, Optional.of(node))));
            tracked.forEach((sku, state) -> {
                if (state.known) {
                    Optional<SkuView> view = state.view;
                    call(told -> told.onSku(sku, view));
                }
            });
        });
    }

    @Override
    public void follow(Sku sku) {
        loop.offer(() -> {
            if (closed) {
                return;
            }
            Tracked state = tracked.computeIfAbsent(sku, s -> new Tracked());
            if (!state.followed) {
                state.followed = true;
                demand(sku, state);
                read();
            }
        });
    }

    @Override
    public void forget(Sku sku) {
        loop.offer(() -> {
            Tracked state = tracked.get(sku);
            if (state == null || !state.followed) {
                return;
            }
            state.followed = false;
            state.known = false;
            Session watching = state.watchedIn;
            state.watchedIn = null;
            if (watching != null && watching == session) {
                watching.unwatch(paths.sku(sku), code -> LOG.debug("{} is watched no longer: {}", sku, code));
            }
            drop(sku, state);
        });
    }

    @Override
    public CompletableFuture<Optional<SkuView>> refresh(Sku sku) {
        CompletableFuture<Optional<SkuView>> answer = new CompletableFuture<>();
        boolean open = loop.offer(() -> {
            if (closed || !connected) {
                answer.completeExceptionally(unavailable());
                return;
            }
            behindNextBarrier.computeIfAbsent(sku, s -> new ArrayList<>()).add(answer);
            barrier();
        });
        if (!open) {
            answer.completeExceptionally(unavailable());
        }
        return answer;
    }

    private static RegistryUnavailableException unavailable() {
        return new RegistryUnavailableException("the registry can't be asked now");
    }

    private void barrier() {
        Session current = session;
        if (current == null || !behindBarrier.isEmpty() || behindNextBarrier.isEmpty()) {
            return;
        }
        Map<Sku, List<CompletableFuture<Optional<SkuView>>>> passing = behindNextBarrier;
        behindBarrier = passing;
        behindNextBarrier = new LinkedHashMap<>();
        current.barrier(code -> {
            if (behindBarrier != passing) {
                // They have failed with the connection.
                return;
            }
            behindBarrier = new LinkedHashMap<>();
            if (code == Code.OK) {
                passing.forEach(this::readFor);
            } else {
                LOG.debug("No barrier: {}", code);
                passing.values().forEach(CuratorRoutes::fail);
            }
            barrier();
            read();
        });
    }

    private void readFor(Sku sku, List<CompletableFuture<Optional<SkuView>>> waiting) {
        Tracked state = tracked.computeIfAbsent(sku, s -> new Tracked());
        state.waiting.addAll(waiting);
        demand(sku, state);
    }

    private void demand(Sku sku, Tracked state) {
        if (state.reading) {
            state.again = true;
        } else {
            due.add(sku);
        }
    }

    private static void fail(List<CompletableFuture<Optional<SkuView>>> futures) {
        futures.forEach(future -> future.completeExceptionally(unavailable()));
    }

    private void onEvent(WatchedEvent event) {
        if (event.getType() == EventType.None) {
            return;
        }
        paths.skuAround(event.getPath())
                .ifPresent(sku -> loop.offer(() -> {
                    Tracked state = tracked.get(sku);
                    if (state != null && state.followed) {
                        demand(sku, state);
                        read();
                    }
                }));
    }

    private void connected(Session current) {
        if (closed) {
            return;
        }
        if (current != session) {
            failAll();
            session = current;
            reads = 0;
            tracked.values().forEach(state -> state.reading = false);
        }
        connected = true;
        tracked.forEach((sku, state) -> {
            if (state.followed) {
                demand(sku, state);
            }
        });
        read();
    }

    private void disconnected() {
        connected = false;
        failAll();
    }

    private void failAll() {
        List<CompletableFuture<Optional<SkuView>>> futures = new ArrayList<>();
        behindBarrier.values().forEach(futures::addAll);
        behindNextBarrier.values().forEach(futures::addAll);
        behindBarrier = new LinkedHashMap<>();
        behindNextBarrier = new LinkedHashMap<>();
        List.copyOf(tracked.entrySet()).forEach(entry -> {
            Tracked state = entry.getValue();
            futures.addAll(state.waiting);
            state.waiting = new ArrayList<>();
            drop(entry.getKey(), state);
        });
        fail(futures);
    }

    /** Starts the reads that are due, as many as may be under way. */
    private void read() {
        Session current = session;
        if (current == null || !connected) {
            return;
        }
        for (var i = due.iterator(); i.hasNext() && reads < MAX_READS; ) {
            Sku sku = i.next();
            i.remove();
            Tracked state = tracked.get(sku);
            if (state != null) {
                read(sku, state, current);
            }
        }
    }

    private void read(Sku sku, Tracked state, Session current) {
        reads++;
        state.reading = true;
        state.again = false;
        List<CompletableFuture<Optional<SkuView>>> waiting = state.waiting;
        state.waiting = new ArrayList<>();
        String path = paths.sku(sku);
        // First the watch, then the read: nothing falls between them.
        if (state.followed && state.watchedIn != current) {
            state.watchedIn = current;
            current.watch(path, watcher, code -> {
                if (code != Code.OK && state.watchedIn == current) {
                    state.watchedIn = null;
                    readLater(sku, code);
                }
            });
        }
        current.read(List.of(Op.getData(path), Op.getChildren(paths.partitions(sku))), answers -> {
            Found found = found(path, answers);
            if (current == session) {
                reads--;
                state.reading = false;
                if (found instanceof Found.View here) {
                    tell(sku, state, here.view());
                } else if (found instanceof Found.Nothing nothing && state.followed && nothing.mayPass()) {
                    readLater(sku, nothing.code());
                }
                if (state.again || !state.waiting.isEmpty()) {
                    due.add(sku);
                }
                drop(sku, state);
                read();
            }
            // The barrier and the read were one session's, so this is an answer also if the session is over now.
            for (CompletableFuture<Optional<SkuView>> future : waiting) {
                if (found instanceof Found.View here) {
                    future.complete(here.view());
                } else {
                    future.completeExceptionally(unavailable());
                }
            }
        });
    }

    private static Found found(String path, Session.Answers answers) {
        if (!answers.isOk()) {
            return new Found.Nothing(answers.code());
        }
        OpResult data = answers.results().get(0);
        if (data instanceof ErrorResult error) {
            return error.getErr() == Code.NONODE.intValue()
                    ? new Found.View(Optional.empty())
                    : new Found.Nothing(Session.code(error.getErr()));
        }
        byte[] bytes = Session.data(data);
        if (bytes.length == 0) {
            return new Found.View(Optional.empty());
        }
        OpResult children = answers.results().get(1);
        if (children instanceof ErrorResult error && error.getErr() != Code.NONODE.intValue()) {
            return new Found.Nothing(Session.code(error.getErr()));
        }
        List<String> partitions = children instanceof GetChildrenResult listed ? listed.getChildren() : List.of();
        Optional<SkuEntry> sku = RegistryCodec.decodeSku(path, bytes);
        return sku.isPresent()
                ? new Found.View(sku.map(entry -> SkuViews.of(entry, partitions)))
                : new Found.Nothing(Code.MARSHALLINGERROR);
    }

    private void tell(Sku sku, Tracked state, Optional<SkuView> view) {
        if (state.followed && !(state.known && view.equals(state.view))) {
            state.known = true;
            state.view = view;
            call(told -> told.onSku(sku, view));
        }
    }

    /** A connection that comes back reads again, too, and sooner. */
    private void readLater(Sku sku, Code code) {
        if (!Session.isLost(code)) {
            LOG.warn("SKU {} can't be read: {}; trying again", sku, code);
        }
        loop.schedule(RETRY, () -> {
            Tracked state = tracked.get(sku);
            if (state != null && state.followed) {
                demand(sku, state);
                read();
            }
        });
    }

    private void drop(Sku sku, Tracked state) {
        if (state.isIdle()) {
            tracked.remove(sku, state);
            due.remove(sku);
        }
    }

    private void onNodes(Map<String, byte[]> found) {
        Map<String, NodeEntry> now = NodeEntries.of(found);
        Map<String, NodeEntry> before = nodes;
        nodes = now;
        before.keySet().forEach(incarnation -> {
            if (!now.containsKey(incarnation)) {
                call(told -> told.onNode(incarnation, Optional.empty()));
            }
        });
        now.forEach((incarnation, node) -> {
            if (!node.equals(before.get(incarnation))) {
                call(told -> told.onNode(incarnation, Optional.of(node)));
            }
        });
    }

    /** Calls the listener, if there is one, in a task of its own: its faults are its own. */
    private void call(Consumer<Listener> call) {
        Listener told = listener;
        if (told != null) {
            loop.offer(() -> {
                if (!closed) {
                    call.accept(told);
                }
            });
        }
    }

    /** Tells nothing more; refreshes under way complete exceptionally. */
    @Override
    public void close() {
        sessions.close();
        loop.offer(() -> {
            closed = true;
            listener = null;
            disconnected();
            nodeDirectory.stop();
        });
    }
}
