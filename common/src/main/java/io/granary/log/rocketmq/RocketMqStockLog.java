// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import io.granary.log.Append;
import io.granary.log.Read;
import io.granary.log.StockLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The stock log on a RocketMQ topic: a lane is a queue. Needs a broker that answers {@code SEND_OK} only when a message
 * is on disk and, if it has replicas, on enough of them.
 */
public final class RocketMqStockLog implements StockLog {
    private final Queues queues;

    /** Starts; neither name server nor broker need to be there. */
    public RocketMqStockLog(RocketMqLogSettings settings) {
        queues = new Queues(settings);
    }

    @Override
    public int lanes() {
        return queues.count();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        return queues.append(count -> lane, record);
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        return queues.read(lane, from, wait);
    }

    @Override
    public void close() {
        queues.close();
    }
}
