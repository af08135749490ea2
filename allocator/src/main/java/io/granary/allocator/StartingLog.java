// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import io.granary.log.StockLog;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stock log while an allocator starts: it may come later, as the database may. */
final class StartingLog {
    /** About as long as the database is waited for. */
    static final Duration PATIENCE = Duration.ofSeconds(50);

    private static final Logger LOG = LoggerFactory.getLogger(StartingLog.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private StartingLog() {}

    /**
     * How many lanes there are. Blocks until the log says so.
     *
     * @throws IllegalStateException if it does not within that time, or the thread is interrupted
     */
    static int lanes(StockLog log, Duration patience) {
        long begin = System.nanoTime();
        String told = "";
        while (true) {
            try {
                return log.lanes();
            } catch (IllegalStateException e) {
                if (System.nanoTime() - begin >= patience.toNanos()) {
                    throw new IllegalStateException(
                            "the stock log did not say how many lanes it has within " + patience.toSeconds()
                                    + " s (expected: a name server and a broker with its topic): " + e.getMessage(),
                            e);
                }
                String why = String.valueOf(e.getMessage());
                if (!why.equals(told)) {
                    told = why;
                    LOG.warn("Waits for the stock log, at most {} s: {}", patience.toSeconds(), why);
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it waited for the stock log", e);
        }
    }
}
