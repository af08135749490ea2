// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.backing.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The audit's own way to MySQL, which outlives a restart of the database. Used by one thread. */
public final class AuditDatabase implements AutoCloseable {
    /** Asks something that changes nothing, and may be asked again. */
    public interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(AuditDatabase.class);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final DatabaseAddress address;
    private final Duration patience;
    private @Nullable Connection connection;

    /**
     * @param patience for how long a question is asked again if the database fails
     */
    public AuditDatabase(DatabaseAddress address, Duration patience) {
        this.address = address;
        this.patience = patience;
    }

    public <T> T ask(Question<T> question) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return question.ask(connected());
            } catch (SQLException e) {
                close();
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.warn("The audit asks the database again: {}", e.toString());
                Thread.sleep(PAUSE.toMillis());
            }
        }
    }

    /** The first value of a query that has one row. */
    public long number(String query) throws SQLException, InterruptedException {
        return ask(open -> {
            try (Statement statement = open.createStatement();
                    ResultSet rows = statement.executeQuery(query)) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    private Connection connected() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = DriverManager.getConnection(address.url(), address.user(), address.password());
            connection = open;
        }
        return open;
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("a connection to the database does not close", e);
            }
        }
    }
}
