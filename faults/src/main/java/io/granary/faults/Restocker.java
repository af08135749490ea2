// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import com.typesafe.config.Config;
import io.granary.log.Append;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Sends units, again and again until RocketMQ has confirmed that it has them. Thread-safe. */
final class Restocker implements AutoCloseable {
    private static final int PAUSE_MILLIS = 300;

    private final Topic topic;
    private final StockUpdatePublisher publisher;
    private final Journal journal;
    private final ScheduledExecutorService threads;
    private final LongAdder units = new LongAdder();
    private final LongAdder updates = new LongAdder();

    Restocker(Config config, Journal journal, ScheduledExecutorService threads) {
        this.topic = new RocketMqTopic(RocketMqLogSettings.stockUpdates(config));
        this.publisher = new StockUpdatePublisher(topic);
        this.journal = journal;
        this.threads = threads;
    }

    /**
     * Sends units.
     *
     * @param slots how many the SKU gets if it is new
     * @return completes when they are on their way
     */
    CompletableFuture<Void> restock(Sku sku, long count, int slots) {
        updates.increment();
        units.add(count);
        StockUpdate update =
                new StockUpdate("faults-" + sku + "-" + UUID.randomUUID(), StockUpdate.Kind.RESTOCK, sku, count, slots);
        journal.restock(update.updateId(), sku, count);
        CompletableFuture<Void> sent = new CompletableFuture<>();
        send(update, sent);
        return sent;
    }

    private void send(StockUpdate update, CompletableFuture<Void> sent) {
        var unused = publisher
                .publish(update)
                .whenCompleteAsync(
                        (append, fault) -> {
                            if (append instanceof Append.Stored) {
                                journal.sent(update.updateId());
                                sent.complete(null);
                            } else {
                                sendLater(update, sent);
                            }
                        },
                        threads);
    }

    private void sendLater(StockUpdate update, CompletableFuture<Void> sent) {
        var unused = threads.schedule(() -> send(update, sent), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** All that were sent. */
    long units() {
        return units.sum();
    }

    long updates() {
        return updates.sum();
    }

    @Override
    public void close() {
        topic.close();
    }
}
