// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The stock log: lanes, each an append-only, totally ordered sequence of records with consecutive offsets.
 *
 * <p>Thread-safe. Futures complete on threads of the implementation: hop to your own before you touch state.
 */
public interface StockLog extends AutoCloseable {
    /** How many lanes there are; they are numbered from 0. */
    int lanes();

    /**
     * Appends a record. The future never completes exceptionally: what is not known to be stored may or may not stand
     * in the lane, now or later, and is sent again by the caller.
     *
     * @param record at most {@link io.granary.record.LogRecord#MAX_BYTES}; not changed by the caller afterwards
     */
    CompletableFuture<Append> append(int lane, byte[] record);

    /**
     * Reads on from an offset. The future never completes exceptionally.
     *
     * @param from the offset of the first record wanted
     * @param wait how long to wait for a record if there is none yet; zero answers at once
     */
    CompletableFuture<Read> read(int lane, long from, Duration wait);

    @Override
    void close();
}
