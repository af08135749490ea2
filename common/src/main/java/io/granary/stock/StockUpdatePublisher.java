// SPDX-License-Identifier: Apache-2.0
package io.granary.stock;

import io.granary.log.Append;
import io.granary.log.Topic;
import java.util.concurrent.CompletableFuture;

/** Publishes stock updates; those of one SKU keep their order, if each waits for the one before. Thread-safe. */
public final class StockUpdatePublisher {
    private final Topic topic;

    /**
     * @param topic of stock updates; stays the caller's
     */
    public StockUpdatePublisher(Topic topic) {
        this.topic = topic;
    }

    /**
     * Publishes an update. What is {@link Append.Unconfirmed} is published again by the caller: it is applied once.
     * Whether it can be applied is told by the books, or by a dead letter.
     */
    public CompletableFuture<Append> publish(StockUpdate update) {
        return topic.publish(update.sku().code(), update.toBytes());
    }
}
