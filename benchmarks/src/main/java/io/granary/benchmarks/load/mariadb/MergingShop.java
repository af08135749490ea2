// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.mariadb;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Told;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Up to 256 requests in one transaction, and the transaction in one round trip: the most that an application can make of
 * a database. What fits neither the ledger nor the stock makes the whole fail, by its key or its CHECK; then it is done
 * again with a look at both.
 */
final class MergingShop implements Shop {
    static final int MOST = 256;

    private static final int DUPLICATE_KEY = 1062;
    private static final int CHECK_VIOLATED = 4025;
    private static final int DEADLOCK = 1213;

    private final Workers workers;
    private final int product;

    MergingShop(Connections connections, int count, int product) throws SQLException {
        this.product = product;
        workers = new Workers(connections, count, connection -> {
            connection.setAutoCommit(false);
            Statement statement = connection.createStatement();
            return (first, others) -> carryOut(connection, statement, first, others);
        });
    }

    @Override
    public void deduct(long high, long low, Caller caller) {
        workers.add(new Request(high, low, caller));
    }

    private void carryOut(
            Connection connection, Statement statement, Request first, LinkedBlockingQueue<Request> others)
            throws SQLException {
        List<Request> batch = new ArrayList<>();
        batch.add(first);
        others.drainTo(batch, MOST - 1);
        try {
            statement.execute(ledger(batch) + "; " + stock(batch.size()) + "; commit");
            // Each statement's result has to be looked at, or its error is not seen.
            boolean more = true;
            while (more) {
                more = statement.getMoreResults() || statement.getUpdateCount() != -1;
            }
            batch.forEach(request -> request.caller().told(Told.DEDUCTED));
        } catch (SQLException e) {
            connection.rollback();
            int code = e.getErrorCode();
            if (code != DUPLICATE_KEY && code != CHECK_VIOLATED && code != DEADLOCK) {
                throw e;
            }
            carryOutWithCare(connection, statement, batch);
        }
    }

    private void carryOutWithCare(Connection connection, Statement statement, List<Request> batch) throws SQLException {
        long left;
        try (ResultSet row =
                statement.executeQuery("select left_units from stock where product = " + product + " for update")) {
            row.next();
            left = row.getLong(1);
        }
        Set<String> known = known(statement, batch);
        List<Request> sold = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        for (Request request : batch) {
            boolean isNew = !known.contains(hex(request));
            if (isNew && sold.size() == left) {
                told.add(Told.REFUSED);
                continue;
            }
            if (isNew) {
                sold.add(request);
                known.add(hex(request));
            }
            told.add(Told.DEDUCTED);
        }
        if (!sold.isEmpty()) {
            statement.executeUpdate(ledger(sold));
            statement.executeUpdate(stock(sold.size()));
        }
        connection.commit();
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).caller().told(told.get(i));
        }
    }

    private Set<String> known(Statement statement, List<Request> batch) throws SQLException {
        StringBuilder query = new StringBuilder("select hex(request_id) from ledger where product = ")
                .append(product)
                .append(" and request_id in (");
        for (Request request : batch) {
            query.append("x'").append(hex(request)).append("',");
        }
        query.setCharAt(query.length() - 1, ')');
        Set<String> known = new HashSet<>();
        try (ResultSet rows = statement.executeQuery(query.toString())) {
            while (rows.next()) {
                known.add(rows.getString(1));
            }
        }
        return known;
    }

    private String ledger(List<Request> requests) {
        StringBuilder insert = new StringBuilder(64 + requests.size() * 48)
                .append("insert into ledger (product, request_id, quantity) values ");
        for (Request request : requests) {
            insert.append('(')
                    .append(product)
                    .append(",x'")
                    .append(hex(request))
                    .append("',1),");
        }
        insert.setLength(insert.length() - 1);
        return insert.toString();
    }

    private String stock(int units) {
        return "update stock set left_units = left_units - " + units + " where product = " + product;
    }

    private static String hex(Request request) {
        return HexFormat.of().withUpperCase().formatHex(request.id());
    }

    @Override
    public void close() {
        workers.close();
    }
}
