// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import io.granary.log.LaneRecord;
import io.granary.log.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.PullCallback;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads queues at offsets.
 *
 * <p>The broker answers a held pull as soon as there is something, but looks only every 5 s whether it has held one for
 * too long. So a reader's wait is timed here, and the pull stays: who asks for the same place again joins it.
 *
 * <p>The end that the broker tells lags behind what it has acknowledged, as it indexes messages after it has flushed
 * them. So nothing is concluded from one look: see {@link #beyond}.
 */
final class Reader {
    private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
    private static final Read NOTHING = new Read.Nothing();
    private static final Duration RECHECK = Duration.ofMillis(20);
    private static final int MAX_BEYOND = 1_024;

    private record Place(MessageQueue queue, long offset) {}

    private final RocketMqLogSettings settings;
    private final Puller puller;
    private final Executor callers;
    private final Map<Place, CompletableFuture<Read>> held = new ConcurrentHashMap<>();
    // Since when a place has been found to be beyond the end at each look, in ns.
    private final Map<Place, Long> beyondSince = new ConcurrentHashMap<>();

    /**
     * @param callers runs what may block
     */
    Reader(RocketMqLogSettings settings, Puller puller, Executor callers) {
        this.settings = settings;
        this.puller = puller;
        this.callers = callers;
    }

    CompletableFuture<Read> read(MessageQueue queue, long from, Duration wait) {
        Place place = new Place(queue, from);
        if (wait.isZero() || wait.isNegative()) {
            return pull(place, Duration.ZERO);
        }
        return await(place, System.nanoTime() + wait.toNanos());
    }

    private CompletableFuture<Read> await(Place place, long deadline) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            return CompletableFuture.completedFuture(NOTHING);
        }
        return hold(place)
                .copy()
                .completeOnTimeout(NOTHING, left, TimeUnit.NANOSECONDS)
                .thenCompose(read -> {
                    if (!(read instanceof Read.Nothing)) {
                        return CompletableFuture.completedFuture(read);
                    }
                    long pause = Math.min(deadline - System.nanoTime(), RECHECK.toNanos());
                    Executor later = CompletableFuture.delayedExecutor(pause, TimeUnit.NANOSECONDS);
                    return CompletableFuture.supplyAsync(() -> place, later).thenCompose(p -> await(p, deadline));
                });
    }

    private CompletableFuture<Read> hold(Place place) {
        CompletableFuture<Read> fresh = new CompletableFuture<>();
        CompletableFuture<Read> running = held.putIfAbsent(place, fresh);
        if (running != null) {
            return running;
        }
        var unused = pull(place, settings.hold()).thenAccept(read -> {
            held.remove(place);
            fresh.complete(read);
        });
        return fresh;
    }

    private CompletableFuture<Read> pull(Place place, Duration hold) {
        CompletableFuture<Read> result = new CompletableFuture<>();
        Duration timeout = Puller.timeout(hold, settings.sendTimeout());
        PullCallback callback = new PullCallback() {
            @Override
            public void onSuccess(PullResult pulled) {
                Read read;
                try {
                    read = outcome(place, pulled);
                } catch (RuntimeException e) {
                    LOG.warn("A read of {} at {} failed", place.queue(), place.offset(), e);
                    read = new Read.Failed(e.toString());
                }
                result.complete(read);
            }

            @Override
            public void onException(Throwable fault) {
                result.complete(new Read.Failed(fault.toString()));
            }
        };
        try {
            callers.execute(() -> send(place, hold, timeout, callback));
        } catch (RejectedExecutionException e) {
            callback.onException(e);
        }
        return result.completeOnTimeout(
                new Read.Failed("no answer in " + timeout.toMillis() + " ms"),
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void send(Place place, Duration hold, Duration timeout, PullCallback callback) {
        try {
            puller.pull(place.queue(), place.offset(), settings.readRecords(), hold, timeout, callback);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.onException(e);
        } catch (MQClientException | MQBrokerException | RemotingException | RuntimeException e) {
            callback.onException(e);
        }
    }

    private Read outcome(Place place, PullResult pulled) {
        return switch (pulled.getPullStatus()) {
            case FOUND -> records(place, pulled.getMsgFoundList());
            case NO_NEW_MSG, NO_MATCHED_MSG -> inRange(place, NOTHING);
            case OFFSET_ILLEGAL -> outOfRange(place, pulled.getMinOffset(), pulled.getMaxOffset());
        };
    }

    private Read records(Place place, List<MessageExt> messages) {
        List<LaneRecord> records = new ArrayList<>(messages.size());
        for (MessageExt message : messages) {
            long expected = place.offset() + records.size();
            if (message.getQueueOffset() != expected) {
                LOG.error(
                        "{}: offset {} (expected: {}, as offsets are consecutive)",
                        place.queue(),
                        message.getQueueOffset(),
                        expected);
                break;
            }
            records.add(new LaneRecord(expected, message.getStoreTimestamp(), message.getBody()));
        }
        return inRange(
                place,
                records.isEmpty()
                        ? new Read.Failed("no record at offset " + place.offset() + ", but others behind it")
                        : new Read.Records(List.copyOf(records)));
    }

    private Read outOfRange(Place place, long first, long end) {
        if (place.offset() < first) {
            return inRange(place, new Read.Expired(first));
        }
        return place.offset() > end ? beyond(place, end) : inRange(place, NOTHING);
    }

    private Read inRange(Place place, Read read) {
        beyondSince.remove(place);
        return read;
    }

    /** Beyond the end only if every look for the time of the lag limit has found it so. */
    private Read beyond(Place place, long end) {
        long now = System.nanoTime();
        if (beyondSince.size() > MAX_BEYOND) {
            beyondSince.clear();
        }
        long since = beyondSince.computeIfAbsent(place, p -> now);
        return now - since >= settings.lagLimit().toNanos() ? new Read.BeyondEnd(end) : NOTHING;
    }
}
