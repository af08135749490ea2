// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import com.google.common.hash.Hashing;
import io.granary.log.Append;
import io.granary.log.Read;
import io.granary.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A RocketMQ topic. */
public final class RocketMqTopic implements Topic {
    private final Queues queues;

    /** Starts; neither name server nor broker need to be there. */
    public RocketMqTopic(RocketMqLogSettings settings) {
        queues = new Queues(settings);
    }

    @Override
    public int queues() {
        return queues.count();
    }

    @Override
    public CompletableFuture<Append> publish(String key, byte[] body) {
        int hash = Hashing.murmur3_32_fixed()
                .hashString(key, StandardCharsets.UTF_8)
                .asInt();
        return queues.append(count -> Math.floorMod(hash, count), body);
    }

    @Override
    public CompletableFuture<Read> read(int queue, long from, Duration wait) {
        return queues.read(queue, from, wait);
    }

    @Override
    public void close() {
        queues.close();
    }
}
