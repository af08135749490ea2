// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import io.granary.model.Sku;
import io.granary.registry.NotLeadingException;
import io.granary.registry.RegistryUnavailableException;
import io.granary.registry.SkuEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.GetDataResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.jspecify.annotations.Nullable;

/**
 * Writes SKUs: reads what is there, then creates what is new and overwrites what differs, in multi-operations, each
 * on condition that the leadership that asked for it still stands. Calls are done in their order; calls for different
 * SKUs that wait together are done together.
 *
 * <p>Confined to the loop.
 */
final class SkuPublisher implements Sessions.Listener {
    /** Two operations for a new SKU, and the condition, stay below {@link OwnEntriesFlusher#MAX_OPERATIONS}. */
    private static final int CHUNK = 200;

    private static final int MAX_WAITING = 10_000;

    /** Between reading and writing only another leader, or a node that makes the path, can come in between. */
    private static final int MAX_ATTEMPTS = 10;

    private record Request(Map<Sku, SkuEntry> skus, CompletableFuture<Void> done) {}

    /** What is under way: the SKUs of some requests, chunk after chunk. */
    private static final class Round {
        final List<CompletableFuture<Void>> done = new ArrayList<>();
        final Map<Sku, SkuEntry> skus = new LinkedHashMap<>();
        final Session session;
        /** The node whose existence is the condition, if any. */
        final Optional<String> fence;

        List<Sku> order = List.of();
        int begin;
        int attempts;

        Round(Session session, Optional<String> fence) {
            this.session = session;
            this.fence = fence;
        }

        List<Sku> chunk() {
            return order.subList(begin, Math.min(order.size(), begin + CHUNK));
        }
    }

    /** Says what must exist for a write to count: nothing if there is no election, the leader's node if this one leads. */
    interface Leadership {
        /**
         * @throws NotLeadingException if another one leads
         */
        Optional<String> fence();
    }

    private final RegistryPaths paths;
    private final Leadership leadership;
    private final Deque<Request> waiting = new ArrayDeque<>();
    private @Nullable Session session;
    private boolean connected;
    private @Nullable Round round;

    SkuPublisher(RegistryPaths paths, Leadership leadership) {
        this.paths = paths;
        this.leadership = leadership;
    }

    @Override
    public void onConnected(Session current, boolean renewed) {
        connected = true;
        session = current;
        begin();
    }

    @Override
    public void onDisconnected() {
        connected = false;
        for (Request request : waiting) {
            request.done().completeExceptionally(unavailable());
        }
        waiting.clear();
    }

    /** Writes these; the future completes on the loop. */
    void publish(Map<Sku, SkuEntry> skus, CompletableFuture<Void> done) {
        if (!connected) {
            done.completeExceptionally(unavailable());
        } else if (waiting.size() >= MAX_WAITING) {
            done.completeExceptionally(new RejectedExecutionException(
                    "publications waiting: " + waiting.size() + " (expected: fewer than " + MAX_WAITING + ")"));
        } else {
            waiting.add(new Request(skus, done));
            begin();
        }
    }

    private static RegistryUnavailableException unavailable() {
        return new RegistryUnavailableException("the registry can't be asked now; some may be published");
    }

    private void begin() {
        Session current = session;
        if (round != null || waiting.isEmpty() || current == null || !connected) {
            return;
        }
        Optional<String> fence;
        try {
            fence = leadership.fence();
        } catch (NotLeadingException e) {
            List<Request> refused = List.copyOf(waiting);
            waiting.clear();
            refused.forEach(request -> request.done().completeExceptionally(e));
            return;
        }
        Round next = new Round(current, fence);
        while (!waiting.isEmpty()
                && Collections.disjoint(waiting.element().skus().keySet(), next.skus.keySet())) {
            Request request = waiting.remove();
            next.skus.putAll(request.skus());
            next.done.add(request.done());
        }
        next.order = List.copyOf(next.skus.keySet());
        round = next;
        readChunk(next);
    }

    private void succeed(Round ended) {
        round = null;
        ended.done.forEach(done -> done.complete(null));
        begin();
    }

    private void fail(Round ended, RuntimeException fault) {
        round = null;
        ended.done.forEach(done -> done.completeExceptionally(fault));
        begin();
    }

    private void readChunk(Round current) {
        List<Sku> chunk = current.chunk();
        if (chunk.isEmpty()) {
            succeed(current);
            return;
        }
        List<Op> operations =
                chunk.stream().map(sku -> Op.getData(paths.sku(sku))).toList();
        current.session.read(operations, answers -> {
            if (answers.isOk()) {
                writeChunk(current, chunk, answers.results());
            } else {
                fail(current, fault(answers.code()));
            }
        });
    }

    private void writeChunk(Round current, List<Sku> chunk, List<OpResult> found) {
        List<Op> operations = new ArrayList<>();
        current.fence.ifPresent(path -> operations.add(Op.check(path, -1)));
        int conditions = operations.size();
        for (int i = 0; i < chunk.size(); i++) {
            Sku sku = chunk.get(i);
            SkuEntry entry = current.skus.get(sku);
            byte[] data = entry == null ? new byte[0] : RegistryCodec.encode(entry);
            if (found.get(i) instanceof GetDataResult existing) {
                if (!Arrays.equals(Session.data(existing), data)) {
                    operations.add(
                            Op.setData(paths.sku(sku), data, existing.getStat().getVersion()));
                }
            } else {
                operations.add(Op.create(paths.sku(sku), data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
                operations.add(
                        Op.create(paths.partitions(sku), new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
            }
        }
        if (operations.size() == conditions) {
            nextChunk(current);
            return;
        }
        current.session.write(operations, answers -> written(current, answers, conditions));
    }

    private void written(Round current, Session.Answers answers, int conditions) {
        if (answers.isOk()) {
            nextChunk(current);
            return;
        }
        Code code = answers.code();
        int culprit = answers.culprit();
        if (culprit >= 0 && culprit < conditions) {
            fail(current, new NotLeadingException("the leadership ended before all was published"));
        } else if (culprit < 0
                || ++current.attempts >= MAX_ATTEMPTS
                || (code != Code.NODEEXISTS && code != Code.NONODE && code != Code.BADVERSION)) {
            fail(current, fault(code));
        } else if (code == Code.NONODE) {
            makeAncestors(current);
        } else {
            readChunk(current);
        }
    }

    private void nextChunk(Round current) {
        current.begin += current.chunk().size();
        current.attempts = 0;
        readChunk(current);
    }

    /** Each may exist, and then the next reading tells; answers come in order. */
    private void makeAncestors(Round current) {
        String skus = paths.skus();
        for (int end = skus.indexOf('/', 1); end > 0; end = skus.indexOf('/', end + 1)) {
            current.session.createPersistent(skus.substring(0, end), code -> {});
        }
        current.session.createPersistent(skus, code -> readChunk(current));
    }

    private static RuntimeException fault(Code code) {
        return Session.isLost(code) ? unavailable() : new IllegalStateException("the registry refuses: " + code);
    }
}
