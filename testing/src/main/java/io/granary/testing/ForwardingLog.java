// SPDX-License-Identifier: Apache-2.0
package io.granary.testing;

import io.granary.log.Append;
import io.granary.log.Read;
import io.granary.log.StockLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Another log, but for what is overridden. As thread-safe as that. */
public class ForwardingLog implements StockLog {
    private final StockLog log;

    public ForwardingLog(StockLog log) {
        this.log = log;
    }

    @Override
    public int lanes() {
        return log.lanes();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        return log.append(lane, record);
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        return log.read(lane, from, wait);
    }

    @Override
    public void close() {
        log.close();
    }
}
