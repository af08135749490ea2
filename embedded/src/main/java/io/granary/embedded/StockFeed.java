// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import io.granary.log.Append;
import io.granary.log.Topic;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Sends stock updates to the leader of the allocators. Thread-safe. */
public final class StockFeed implements AutoCloseable {
    private final Topic topic;
    private final StockUpdatePublisher publisher;

    /**
     * @param topic of stock updates; closed with this
     */
    StockFeed(Topic topic) {
        this.topic = topic;
        this.publisher = new StockUpdatePublisher(topic);
    }

    /**
     * Sends a restock. The future completes with whether it is stored for good; if not, it may be or not: send it again.
     *
     * @param updateId applied once, however often it is sent
     */
    public CompletableFuture<Boolean> restock(String updateId, Sku sku, long units) {
        return publisher
                .publish(new StockUpdate(updateId, StockUpdate.Kind.RESTOCK, sku, units))
                .thenApply(append -> append instanceof Append.Stored);
    }

    /** Sends a text as it is, right or wrong. */
    public CompletableFuture<Boolean> send(String key, String body) {
        return topic.publish(key, body.getBytes(StandardCharsets.UTF_8))
                .thenApply(append -> append instanceof Append.Stored);
    }

    @Override
    public void close() {
        topic.close();
    }
}
