// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.log.Append;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.log.Topic;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A topic with one queue, which is a lane of its own broker: it misbehaves as the stock log does. */
final class StockTopic implements Topic {
    private final StockLog broker;
    private final int lane;

    StockTopic(StockLog broker, int lane) {
        this.broker = broker;
        this.lane = lane;
    }

    @Override
    public int queues() {
        return 1;
    }

    @Override
    public CompletableFuture<Append> publish(String key, byte[] body) {
        return broker.append(lane, body);
    }

    @Override
    public CompletableFuture<Read> read(int queue, long from, Duration wait) {
        return broker.read(lane, from, wait);
    }

    @Override
    public void close() {}
}
