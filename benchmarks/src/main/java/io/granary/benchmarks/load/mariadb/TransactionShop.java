// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Told;
import java.sql.Connection;
import java.sql.SQLException;

/** A transaction for each request. */
final class TransactionShop implements Shop {
    private static final int DUPLICATE_KEY = 1062;
    private static final int DEADLOCK = 1213;
    private static final int LOCK_TIMEOUT = 1205;
    private static final int ATTEMPTS = 20;

    private final Workers workers;

    TransactionShop(Connections connections, int count, Way way, int product) throws SQLException {
        workers = new Workers(connections, count, connection -> {
            connection.setAutoCommit(way.isAutoCommitted());
            Way.Deduction deduction = way.prepare(connection, product);
            return (first, others) -> carryOut(connection, deduction, first);
        });
    }

    @Override
    public void deduct(long high, long low, Caller caller) {
        workers.add(new Request(high, low, caller));
    }

    private static void carryOut(Connection connection, Way.Deduction deduction, Request request) throws SQLException {
        request.caller().told(attempt(connection, deduction, request.id()));
    }

    private static Told attempt(Connection connection, Way.Deduction deduction, byte[] id) throws SQLException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                switch (deduction.attempt(id)) {
                    case DONE -> {
                        commit(connection);
                        return Told.DEDUCTED;
                    }
                    case NONE_LEFT -> {
                        rollback(connection);
                        return Told.REFUSED;
                    }
                    case OVERTAKEN -> rollback(connection);
                }
            } catch (SQLException e) {
                rollback(connection);
                if (e.getErrorCode() == DUPLICATE_KEY) {
                    return Told.DEDUCTED;
                }
                if (e.getErrorCode() != DEADLOCK && e.getErrorCode() != LOCK_TIMEOUT) {
                    throw e;
                }
            }
        }
        return Told.REFUSED;
    }

    private static void commit(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
    }

    private static void rollback(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
