// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.embedded.demo.Books.LedgerRow;
import io.granary.embedded.demo.Books.SkuRow;
import io.granary.model.RequestId;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the books from MySQL, each time in one snapshot. Its SQL is its own, so that it can contradict the services. */
final class SqlBooks {
    private static final String LEDGER = """
            select s.code, d.request_id, d.quantity
            from deduction d join sku s on s.id = d.sku_id
            where d.state = 1""";
    private static final String RESTOCKS = """
            select sku, timestampdiff(microsecond, '1970-01-01 00:00:00', max(applied))
            from stock_update
            where outcome = 'APPLIED' and kind = 'RESTOCK'
            group by sku""";
    private static final String SKUS = """
            select s.code, s.inventory, s.pool, s.actual, s.received, s.sold, s.written_off,
                   coalesce((select sum(p.granted - p.consumed - p.returned)
                             from `partition` p where p.sku_id = s.id), 0)
            from sku s""";

    private SqlBooks() {}

    static Books read(Connection connection) throws SQLException {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            Map<String, Long> lastRestocks = new HashMap<>();
            try (ResultSet rows = statement.executeQuery(RESTOCKS)) {
                while (rows.next()) {
                    lastRestocks.put(rows.getString(1), rows.getLong(2));
                }
            }
            List<LedgerRow> ledger = new ArrayList<>();
            Map<String, Long> ledgerUnits = new HashMap<>();
            try (ResultSet rows = statement.executeQuery(LEDGER)) {
                while (rows.next()) {
                    ByteBuffer id = ByteBuffer.wrap(rows.getBytes(2));
                    LedgerRow row =
                            new LedgerRow(rows.getString(1), new RequestId(id.getLong(), id.getLong()), rows.getInt(3));
                    ledger.add(row);
                    ledgerUnits.merge(row.sku(), (long) row.quantity(), Long::sum);
                }
            }
            Map<String, SkuRow> skus = new HashMap<>();
            try (ResultSet rows = statement.executeQuery(SKUS)) {
                while (rows.next()) {
                    String code = rows.getString(1);
                    skus.put(
                            code,
                            new SkuRow(
                                    rows.getLong(2),
                                    rows.getLong(3),
                                    rows.getLong(4),
                                    rows.getLong(5),
                                    rows.getLong(6),
                                    rows.getLong(7),
                                    rows.getLong(8),
                                    ledgerUnits.getOrDefault(code, 0L),
                                    lastRestocks.getOrDefault(code, Books.NEVER)));
                }
            }
            long dead = number(statement, "select count(*) from stock_update where outcome <> 'APPLIED'");
            long conflicts = number(statement, "select count(*) from conflict");
            return new Books(skus, ledger, dead, conflicts);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static long number(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
