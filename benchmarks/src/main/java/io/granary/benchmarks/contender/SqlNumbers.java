// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import io.granary.backing.DatabaseAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Asks a database for numbers. Used by one thread. */
final class SqlNumbers implements AutoCloseable {
    private final DatabaseAddress address;
    private @Nullable Connection connection;

    /** Connects when it is asked. */
    SqlNumbers(DatabaseAddress address) {
        this.address = address;
    }

    /** The first value of a query that has one row. */
    long number(String query, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connected().prepareStatement(query)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** A statement that has no result. */
    void execute(String change, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connected().prepareStatement(change)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            statement.execute();
        }
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
    public void close() throws SQLException {
        if (connection != null) {
            connection.close();
        }
    }
}
