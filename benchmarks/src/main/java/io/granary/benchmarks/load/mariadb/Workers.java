// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads, each with a connection of its own, that carry out requests. Thread-safe. */
final class Workers implements AutoCloseable {
    /** What one of them does, with what it has prepared on its connection. */
    interface Work {
        /**
         * Carries out at least one of the requests that wait, and tells its caller.
         *
         * @param first taken from the queue
         */
        void carryOut(Request first, LinkedBlockingQueue<Request> others) throws SQLException;
    }

    /** Prepares a connection. */
    interface Preparation {
        Work prepare(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final long POLL_MILLIS = 50;

    /** No longer than there are callers. */
    private final LinkedBlockingQueue<Request> waiting = new LinkedBlockingQueue<>();

    private final List<Thread> threads = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private volatile boolean closed;

    Workers(Connections from, int count, Preparation preparation) throws SQLException {
        try {
            for (int i = 0; i < count; i++) {
                Connection connection = from.open();
                connections.add(connection);
                Work work = preparation.prepare(connection);
                threads.add(new Thread(() -> run(work), "worker-" + i));
            }
            threads.forEach(Thread::start);
        } catch (SQLException e) {
            closeConnections();
            throw e;
        }
    }

    void add(Request request) {
        waiting.add(request);
    }

    private void run(Work work) {
        try {
            while (!closed) {
                Request first = waiting.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    work.carryOut(first, waiting);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            // Its callers are never answered, and the run fails for that.
            LOG.error("a worker gives up", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeConnections();
    }

    private void closeConnections() {
        for (Connection connection : connections) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.warn("a connection does not close", e);
            }
        }
    }
}
