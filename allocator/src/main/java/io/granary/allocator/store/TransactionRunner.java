// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.concurrent.Backoff;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.TransactionIsolationLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions, and again when the database gave it up for a reason that passes: a deadlock, a lock that
 * was not had in time, a connection that broke.
 *
 * <p>Thread-safe; blocks its caller.
 */
public final class TransactionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionRunner.class);
    private static final int ATTEMPTS = 6;
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));

    /** What to do in a transaction. It may run more than once, so it has no effects but on the session. */
    @FunctionalInterface
    public interface Work<T> {
        T run(SqlSession session) throws SQLException;
    }

    /** As {@link Work}, without a result. */
    @FunctionalInterface
    public interface Task {
        void run(SqlSession session) throws SQLException;
    }

    private final SqlSessionFactory sessions;

    TransactionRunner(SqlSessionFactory sessions) {
        this.sessions = sessions;
    }

    /**
     * Runs the work and commits it. Rolls back if it throws.
     *
     * @throws OutcomeUnknownException if the connection broke while it committed: it may have been, or not
     * @throws PersistenceException if the database refuses it for good, or can't be reached for several attempts
     */
    public <T> T call(Work<T> work) {
        return attempts(TransactionIsolationLevel.READ_COMMITTED, work);
    }

    /** As {@link #call}. */
    public void run(Task task) {
        call(session -> {
            task.run(session);
            return true;
        });
    }

    /**
     * Runs reads that all see the books as they are at the first of them. For reading only: what is written is
     * committed as well, but was decided on what may be past.
     *
     * @throws PersistenceException as {@link #call}
     */
    public <T> T snapshot(Work<T> work) {
        return attempts(TransactionIsolationLevel.REPEATABLE_READ, work);
    }

    private <T> T attempts(TransactionIsolationLevel isolation, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(isolation, work);
            } catch (SQLException | PersistenceException e) {
                SqlFault fault = SqlFault.of(e);
                if (!fault.passes() || attempt == ATTEMPTS) {
                    throw e instanceof PersistenceException known ? known : new PersistenceException(e);
                }
                LOG.debug("Transaction to be tried again after {} (attempt {})", fault, attempt, e);
                pause(attempt);
            }
        }
    }

    private <T> T once(TransactionIsolationLevel isolation, Work<T> work) throws SQLException {
        try (SqlSession session = sessions.openSession(isolation)) {
            T result;
            try {
                result = work.run(session);
            } catch (SQLException | RuntimeException | Error e) {
                rollback(session, e);
                throw e;
            }
            commit(session);
            return result;
        }
    }

    private static void commit(SqlSession session) {
        try {
            // Forced: MyBatis does not see what goes through the bare connection.
            session.commit(true);
        } catch (PersistenceException e) {
            if (SqlFault.of(e) == SqlFault.CONNECTION) {
                throw new OutcomeUnknownException("the connection broke at the commit", e);
            }
            throw e;
        }
    }

    private static void rollback(SqlSession session, Throwable cause) {
        try {
            session.rollback(true);
        } catch (PersistenceException e) {
            // A broken connection rolls back by itself.
            cause.addSuppressed(e);
        }
    }

    private static void pause(int attempt) {
        long most = BACKOFF.pause(attempt - 1).toMillis();
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(most / 2, most));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PersistenceException("interrupted between two attempts of a transaction", e);
        }
    }
}
