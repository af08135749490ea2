// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import io.granary.config.Check;
import io.granary.log.Append;
import io.granary.log.Read;
import io.granary.record.LogRecord;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues of one topic on one broker. Which broker that is, and how many queues there are, is asked of the name
 * server when first needed and remembered. Thread-safe.
 */
final class Queues implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Queues.class);
    private static final AtomicLong INSTANCES = new AtomicLong();
    private static final String GROUP = "granary";

    /**
     * @param broker its name
     * @param count how many queues it has, numbered from 0
     */
    private record Route(String broker, int count) {
        boolean has(int queue) {
            return queue >= 0 && queue < count;
        }
    }

    private final RocketMqLogSettings settings;
    private final Appender appender;
    private final Puller puller;
    private final Reader reader;
    private final ExecutorService callers;
    private volatile CompletableFuture<Route> route =
            CompletableFuture.failedFuture(new IllegalStateException("not asked yet"));
    private volatile boolean closed;

    /** Starts; neither name server nor broker need to be there. */
    Queues(RocketMqLogSettings settings) {
        this.settings = settings;
        // Clients of one instance name share connections and threads: large reads would hold up appends.
        String instance = settings.topic() + "-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet();
        appender = new Appender(settings, GROUP, instance + "-append");
        puller = new Puller(GROUP, settings.topic());
        puller.setNamesrvAddr(settings.nameServer());
        puller.setInstanceName(instance + "-read");
        puller.setVipChannelEnabled(false);
        AtomicInteger threads = new AtomicInteger();
        callers = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "granary-log-" + settings.topic() + "-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        reader = new Reader(settings, puller, callers);
        try {
            appender.start();
            Transport.decodeOnItsOwnThread(puller);
            puller.start();
        } catch (MQClientException e) {
            close();
            throw new IllegalStateException("topic '" + settings.topic() + "' can't be used: " + e.getMessage(), e);
        }
    }

    /**
     * Blocks until the name server has answered once.
     *
     * @throws IllegalStateException if it does not answer, or not as expected
     */
    int count() {
        try {
            return route().join().count();
        } catch (CompletionException e) {
            throw new IllegalStateException("topic '" + settings.topic() + "': " + reason(e), e);
        }
    }

    /**
     * @param choice the queue, given how many there are
     */
    CompletableFuture<Append> append(IntUnaryOperator choice, byte[] body) {
        Check.range("body bytes", body.length, 1, LogRecord.MAX_BYTES);
        long millis = settings.sendTimeout().toMillis();
        return this.<Append>withQueue(
                        choice, queue -> appender.append(queue, body), Append.NoSuchLane::new, Append.Unconfirmed::new)
                .completeOnTimeout(
                        new Append.Unconfirmed("no answer in " + millis + " ms"), millis, TimeUnit.MILLISECONDS);
    }

    CompletableFuture<Read> read(int queue, long from, Duration wait) {
        Check.range("offset", from, 0, Long.MAX_VALUE);
        return withQueue(
                count -> queue, found -> reader.read(found, from, wait), Read.NoSuchLane::new, Read.Failed::new);
    }

    /** A queue that is not known may have been added since the name server was asked: it is asked again. */
    private <T> CompletableFuture<T> withQueue(
            IntUnaryOperator choice,
            Function<MessageQueue, CompletableFuture<T>> use,
            Function<String, ? extends T> missing,
            Function<String, ? extends T> failed) {
        return route().thenCompose(known -> known.has(choice.applyAsInt(known.count()))
                        ? CompletableFuture.completedFuture(known)
                        : askAgain(known))
                .thenCompose(found -> {
                    int queue = choice.applyAsInt(found.count());
                    return found.has(queue)
                            ? use.apply(new MessageQueue(settings.topic(), found.broker(), queue))
                            : CompletableFuture.<T>completedFuture(missing.apply("queue: " + queue + " of topic '"
                                    + settings.topic() + "' (expected: 0 to " + (found.count() - 1) + ")"));
                })
                .exceptionally(fault -> failed.apply(reason(fault)));
    }

    private synchronized CompletableFuture<Route> askAgain(Route known) {
        if (!closed && known.equals(route.getNow(null))) {
            route = CompletableFuture.supplyAsync(this::ask, callers);
        }
        return route;
    }

    /** Known, or being asked for, if need be from now on. */
    private CompletableFuture<Route> route() {
        CompletableFuture<Route> known = route;
        return known.isCompletedExceptionally() ? askAgain() : known;
    }

    private synchronized CompletableFuture<Route> askAgain() {
        if (route.isCompletedExceptionally()) {
            route = closed
                    ? CompletableFuture.failedFuture(new IllegalStateException("closed"))
                    : CompletableFuture.supplyAsync(this::ask, callers);
        }
        return route;
    }

    private Route ask() {
        List<MessageQueue> queues;
        try {
            queues = appender.queues();
        } catch (MQClientException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        Set<String> brokers = new TreeSet<>();
        queues.forEach(queue -> brokers.add(queue.getBrokerName()));
        if (!settings.broker().isEmpty()) {
            brokers.retainAll(Set.of(settings.broker()));
        }
        if (brokers.size() != 1) {
            throw new IllegalStateException(
                    "brokers: " + brokers + " (expected: one, or the name of one of them in the settings)");
        }
        String broker = brokers.iterator().next();
        Route found = new Route(broker, (int) queues.stream()
                .filter(queue -> queue.getBrokerName().equals(broker))
                .count());
        LOG.info("Topic {} has {} queues on broker {}", settings.topic(), found.count(), broker);
        return found;
    }

    private static String reason(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        return String.valueOf(cause.getMessage());
    }

    /**
     * Appends and reads that are under way complete, at the latest when their time is over. Connections go in the
     * background: RocketMQ's client waits up to 3 s for threads of its own that sleep.
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            route = CompletableFuture.failedFuture(new IllegalStateException("closed"));
        }
        callers.shutdown();
        inBackground("append", appender::stop);
        inBackground("read", puller::shutdown);
    }

    private void inBackground(String what, Runnable end) {
        Thread thread = new Thread(end, "granary-log-" + settings.topic() + "-" + what + "-end");
        thread.setDaemon(true);
        thread.start();
    }
}
