// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.granary.allocator.api.ProblemException;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events: a thread for each listener, so that one that reads slowly holds up nobody, and few listeners. What
 * waits for a listener is bounded; one that falls further behind is dropped and comes again by itself. Thread-safe.
 */
final class Events implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final int MAILBOX = 8;
    private static final long ALIVE_SECONDS = 15;
    private static final long END_SECONDS = 1;

    private final Feed feed;
    private final ThreadPoolExecutor threads;
    private final SseHandler handler = new SseHandler(this::listen);

    /**
     * @param name of the allocator
     */
    Events(String name, Feed feed) {
        this.feed = feed;
        threads = new ThreadPoolExecutor(
                0,
                Feed.MOST_LISTENERS,
                5,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new ThreadFactoryBuilder()
                        .setNameFormat(name + "-events-%d")
                        .setDaemon(true)
                        .build());
    }

    void handle(Context ctx) throws Exception {
        String accept = ctx.header("Accept");
        if (accept == null || !accept.contains("text/event-stream")) {
            throw new IllegalArgumentException("Accept: " + accept + " (expected: text/event-stream)");
        }
        if (threads.getActiveCount() >= Feed.MOST_LISTENERS) {
            throw ProblemException.unavailable(
                    "events: " + Feed.MOST_LISTENERS + " listen already (expected: fewer, try again later)");
        }
        handler.handle(ctx);
    }

    private void listen(SseClient client) {
        client.keepAlive();
        Stream stream = new Stream(client);
        client.onClose(stream::onEnd);
        try {
            threads.execute(stream);
        } catch (RejectedExecutionException e) {
            // One more came at the same moment.
            client.close();
        }
    }

    private final class Stream implements Feed.Listener, Runnable {
        private final SseClient client;
        // Empty: the end.
        private final BlockingQueue<Optional<String>> mailbox = new ArrayBlockingQueue<>(MAILBOX);
        private volatile boolean over;

        Stream(SseClient client) {
            this.client = client;
        }

        @Override
        public boolean onState(String json) {
            if (over || !mailbox.offer(Optional.of(json))) {
                onEnd();
                return false;
            }
            return true;
        }

        @Override
        public void onEnd() {
            over = true;
            // If there is no room the thread sees the mark after the next event.
            boolean ignored = mailbox.offer(Optional.empty());
        }

        @Override
        public void run() {
            try {
                if (feed.join(this)) {
                    tell();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                feed.leave(this);
                client.close();
            }
        }

        private void tell() throws InterruptedException {
            while (!over && !client.terminated()) {
                Optional<String> event = mailbox.poll(ALIVE_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    client.sendComment("alive");
                } else if (event.isPresent()) {
                    client.sendEvent("state", event.get());
                }
            }
        }
    }

    /** Ends all streams, while the server can still do so in good order. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("A listener does not take its last event");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
