// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;

/** The usual ways to sell from a table, one request a transaction; a row of the ledger tells that an id was served. */
enum Way {
    /** {@code SELECT … FOR UPDATE}, compute, write. */
    FOR_UPDATE {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement lock =
                    connection.prepareStatement("select left_units from stock where product = ? for update");
            PreparedStatement write = connection.prepareStatement("update stock set left_units = ? where product = ?");
            PreparedStatement ledger = ledger(connection, product);
            return id -> {
                long left = number(lock, product);
                if (left < 1) {
                    return isKnown(connection, product, id) ? State.DONE : State.NONE_LEFT;
                }
                insert(ledger, id);
                write.setLong(1, left - 1);
                write.setInt(2, product);
                write.executeUpdate();
                return State.DONE;
            };
        }
    },
    /** Compute, and write if the version is still the one that was read. */
    OPTIMISTIC {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement read =
                    connection.prepareStatement("select left_units, version from stock where product = ?");
            PreparedStatement write = connection.prepareStatement(
                    "update stock set left_units = ?, version = version + 1 where product = ? and version = ?");
            PreparedStatement ledger = ledger(connection, product);
            return id -> {
                long left;
                long version;
                read.setInt(1, product);
                try (ResultSet row = read.executeQuery()) {
                    row.next();
                    left = row.getLong(1);
                    version = row.getLong(2);
                }
                if (left < 1) {
                    return isKnown(connection, product, id) ? State.DONE : State.NONE_LEFT;
                }
                write.setLong(1, left - 1);
                write.setInt(2, product);
                write.setLong(3, version);
                if (write.executeUpdate() == 0) {
                    return State.OVERTAKEN;
                }
                insert(ledger, id);
                return State.DONE;
            };
        }
    },
    /** {@code SET left = left - 1 WHERE left >= 1}. */
    CONDITIONAL {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement decrement = connection.prepareStatement(
                    "update stock set left_units = left_units - 1 where product = ? and left_units >= 1");
            decrement.setInt(1, product);
            PreparedStatement ledger = ledger(connection, product);
            return id -> {
                insert(ledger, id);
                return decrement.executeUpdate() == 1 ? State.DONE : State.NONE_LEFT;
            };
        }
    },
    /** The same on one of 16 rows that share the stock; if that one is empty, on the others. */
    BUCKETS {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement decrement = connection.prepareStatement("update stock_bucket set left_units = left_units"
                    + " - 1 where product = ? and bucket = ? and left_units >= 1");
            PreparedStatement ledger = ledger(connection, product);
            return id -> {
                insert(ledger, id);
                int first = Math.floorMod(Arrays.hashCode(id), BUCKET_ROWS);
                for (int i = 0; i < BUCKET_ROWS; i++) {
                    decrement.setInt(1, product);
                    decrement.setInt(2, (first + i) % BUCKET_ROWS);
                    if (decrement.executeUpdate() == 1) {
                        return State.DONE;
                    }
                }
                return State.NONE_LEFT;
            };
        }
    },
    /** The conditional decrement inside the database: one round trip. */
    PROCEDURE {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement call = connection.prepareStatement("call deduct(?, ?)");
            call.setInt(1, product);
            return id -> {
                call.setBytes(2, id);
                try (ResultSet row = call.executeQuery()) {
                    row.next();
                    return row.getInt(1) == 1 ? State.DONE : State.NONE_LEFT;
                }
            };
        }

        @Override
        boolean isAutoCommitted() {
            return true;
        }
    },
    /** Wrong, and often seen: read, compute, write what was computed. Two that read the same value sell one unit twice. */
    READ_COMPUTE_WRITE {
        @Override
        Deduction prepare(Connection connection, int product) throws SQLException {
            PreparedStatement read = connection.prepareStatement("select left_units from stock where product = ?");
            PreparedStatement write = connection.prepareStatement("update stock set left_units = ? where product = ?");
            PreparedStatement ledger = ledger(connection, product);
            return id -> {
                long left = number(read, product);
                if (left < 1) {
                    return isKnown(connection, product, id) ? State.DONE : State.NONE_LEFT;
                }
                insert(ledger, id);
                write.setLong(1, left - 1);
                write.setInt(2, product);
                write.executeUpdate();
                return State.DONE;
            };
        }
    };

    static final int BUCKET_ROWS = 16;

    /** What an attempt came to. */
    enum State {
        DONE,
        NONE_LEFT,
        /** Somebody else was faster: it may be tried again. */
        OVERTAKEN
    }

    /** An attempt at one request, in a transaction. */
    interface Deduction {
        /**
         * @throws SQLException duplicate key if the ledger has the id
         */
        State attempt(byte[] id) throws SQLException;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Prepares the statements on a connection. */
    abstract Deduction prepare(Connection connection, int product) throws SQLException;

    /** Whether the transaction is none of the caller's business. */
    boolean isAutoCommitted() {
        return false;
    }

    private static PreparedStatement ledger(Connection connection, int product) throws SQLException {
        PreparedStatement insert =
                connection.prepareStatement("insert into ledger (product, request_id, quantity) values (?, ?, 1)");
        insert.setInt(1, product);
        return insert;
    }

    private static void insert(PreparedStatement ledger, byte[] id) throws SQLException {
        ledger.setBytes(2, id);
        ledger.executeUpdate();
    }

    private static long number(PreparedStatement query, int product) throws SQLException {
        query.setInt(1, product);
        try (ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static boolean isKnown(Connection connection, int product, byte[] id) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select 1 from ledger where product = ? and request_id = ?")) {
            query.setInt(1, product);
            query.setBytes(2, id);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }
}
