// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.config.Check;
import java.time.Duration;

/**
 * How stock updates are applied. Immutable.
 *
 * @param batchUpdates the most updates in a transaction, 1 to 10,000
 * @param readWait how long a read waits for a message, 0 to 30 s
 * @param announceWait how long a restock waits for its announcement, 0 to 30 s
 * @param retryPause the longest pause after a fault of the log or the books, 1 ms to 1 min
 */
public record StockUpdateSettings(int batchUpdates, Duration readWait, Duration announceWait, Duration retryPause) {
    public static final StockUpdateSettings DEFAULT =
            new StockUpdateSettings(200, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1));

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public StockUpdateSettings {
        Check.range("batchUpdates", batchUpdates, 1, 10_000);
        Check.range("readWait", readWait, Duration.ZERO, Duration.ofSeconds(30));
        Check.range("announceWait", announceWait, Duration.ZERO, Duration.ofSeconds(30));
        Check.range("retryPause", retryPause, Duration.ofMillis(1), Duration.ofMinutes(1));
    }
}
