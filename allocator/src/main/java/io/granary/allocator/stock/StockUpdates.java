// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.concurrent.Loop;
import io.granary.log.Topic;
import io.granary.metrics.MeterScope;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the stock updates from outside, while this allocator leads. Each is applied once, by its id. If two allocators
 * should believe that they lead, the books refuse the earlier one: what it announced, the later one's nodes did not hear.
 *
 * <p>An update that can't be applied becomes a dead letter and holds up nothing. The books decide that it is dead
 * before it is published, and it stays so: the same id sent again becomes a dead letter again. An update that was a dead
 * letter for its content must come with another id when it is put right.
 *
 * <p>Thread-safe.
 */
public final class StockUpdates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StockUpdates.class);
    private static final Duration QUEUES_RETRY = Duration.ofMillis(200);

    private final Loop loop;
    private final Executor blocking;
    private final Parts parts;
    // On the loop:
    private final List<UpdateQueue> running = new ArrayList<>();
    private long round;

    /** What the queues work with. */
    record Parts(
            Topic updates,
            Topic deadLetters,
            StockUpdateStore store,
            StockUpdateSettings settings,
            BeforeRestock beforeRestock,
            Consumer<Set<Sku>> onChanged,
            StockUpdateMetrics metrics) {}

    /**
     * Does nothing until it is started.
     *
     * @param loop runs everything but the topics' and the store's own work
     * @param blocking asks the topic for the number of its queues
     * @param deadLetters gets what can't be applied, keyed by update id
     * @param beforeRestock is asked before units are added, and waited for, but not for ever
     * @param onChanged hears, on the loop, after {@code beforeRestock} was asked: these SKUs have changed, or may have
     */
    public StockUpdates(
            Loop loop,
            Executor blocking,
            Topic updates,
            Topic deadLetters,
            StockUpdateStore store,
            StockUpdateSettings settings,
            BeforeRestock beforeRestock,
            Consumer<Set<Sku>> onChanged,
            MeterScope meters) {
        this.loop = loop;
        this.blocking = blocking;
        parts = new Parts(
                updates, deadLetters, store, settings, beforeRestock, onChanged, new StockUpdateMetrics(meters));
    }

    /** Begins in this term, or begins again, from where the books say that the queues stand. */
    public void start(long term) {
        loop.execute(() -> {
            halt();
            countQueues(term, round);
        });
    }

    /** Stops; a transaction on its way ends as it may. Completes on the loop. */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        loop.execute(() -> {
            halt();
            stopped.complete(null);
        });
        return stopped;
    }

    private void halt() {
        round++;
        running.forEach(UpdateQueue::stop);
        running.clear();
    }

    private void countQueues(long term, long mine) {
        CompletableFuture<Integer> count = CompletableFuture.supplyAsync(parts.updates()::queues, blocking);
        var unused = count.whenComplete((queues, fault) -> loop.execute(() -> {
            if (mine != round) {
                return;
            }
            if (fault != null) {
                LOG.debug("The queues of the stock updates can't be learned now", fault);
                loop.schedule(QUEUES_RETRY, () -> {
                    if (mine == round) {
                        countQueues(term, mine);
                    }
                });
                return;
            }
            for (int queue = 0; queue < queues; queue++) {
                UpdateQueue started = new UpdateQueue(queue, term, loop, parts);
                running.add(started);
                started.start();
            }
        }));
    }

    /** As {@link #stop}, without waiting. */
    @Override
    public void close() {
        CompletableFuture<Void> unused = stop();
    }
}
