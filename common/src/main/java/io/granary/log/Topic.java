// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A topic of keyed messages, such as the stock updates from outside: queues, each an append-only, totally ordered
 * sequence with consecutive offsets.
 *
 * <p>Thread-safe. Futures complete on threads of the implementation: hop to your own before you touch state.
 */
public interface Topic extends AutoCloseable {
    /**
     * How many queues there are; they are numbered from 0.
     *
     * @throws IllegalStateException if that can't be learned now
     */
    int queues();

    /**
     * Appends a message to a queue that its key decides, so that messages of one key keep their order. The future never
     * completes exceptionally; what is unconfirmed may or may not be stored.
     *
     * @param body 1 byte to {@link io.granary.record.LogRecord#MAX_BYTES}; not changed by the caller afterwards
     */
    CompletableFuture<Append> publish(String key, byte[] body);

    /** As {@link StockLog#read}. */
    CompletableFuture<Read> read(int queue, long from, Duration wait);

    @Override
    void close();
}
