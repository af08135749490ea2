// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.LedgerRow;
import io.granary.model.RequestId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Enters deductions in the ledger, many in a statement: by {@link LedgerLoad} if that does, else by INSERT. Numbers and
 * hex digits are written into the INSERT's text: it costs half of what parameters cost (measured: 150,000 rows/s to
 * 100,000), and nothing in it is text of others.
 *
 * <p>A statement that meets an id that the ledger has is undone by the database; then the ids that it has are looked up
 * and left out. No INSERT IGNORE: it would also drop what the CHECKs forbid.
 */
final class LedgerInsert {
    private static final String INTO =
            "insert into deduction (sku_id, request_id, quantity, slot, epoch, time) values ";
    private static final int STATEMENT_ROWS = 1_000;
    private static final int ROW_CHARS = 80;
    private static final char[] HEX = "0123456789abcdef".toCharArray();
    // Each round meets an id that somebody else committed after the round before looked.
    private static final int ROUNDS = 20;

    /** A (SKU, request id). */
    record Key(int skuId, long high, long low) {
        static Key of(LedgerRow row) {
            return new Key(row.skuId(), row.high(), row.low());
        }

        @Override
        public String toString() {
            return "SKU " + skuId + " request " + new RequestId(high, low);
        }
    }

    private final Connection connection;
    private final LedgerLoad load;
    private final Map<Key, Integer> standing = new HashMap<>();

    LedgerInsert(Connection connection, LedgerLoad load) {
        this.connection = connection;
        this.load = load;
    }

    /**
     * Enters the rows whose (SKU, request id) the ledger does not have.
     *
     * @param rows in the order of their keys, no two with the same
     * @return the quantity that stands in the ledger for each that it had
     */
    Map<Key, Integer> insert(List<LedgerRow> rows) throws SQLException {
        if (load.load(connection, rows)) {
            return standing;
        }
        try (Statement statement = connection.createStatement()) {
            for (int from = 0; from < rows.size(); from += STATEMENT_ROWS) {
                insertSome(statement, rows.subList(from, Math.min(rows.size(), from + STATEMENT_ROWS)));
            }
        }
        return standing;
    }

    private void insertSome(Statement statement, List<LedgerRow> rows) throws SQLException {
        List<LedgerRow> left = rows;
        for (int round = 1; !left.isEmpty(); round++) {
            try {
                statement.executeUpdate(text(left));
                return;
            } catch (SQLException e) {
                if (SqlFault.of(e) != SqlFault.DUPLICATE_KEY || round == ROUNDS) {
                    throw e;
                }
                left = without(left);
            }
        }
    }

    private List<LedgerRow> without(List<LedgerRow> rows) throws SQLException {
        for (int from = 0; from < rows.size(); ) {
            int to = from;
            int skuId = rows.get(from).skuId();
            while (to < rows.size() && rows.get(to).skuId() == skuId) {
                to++;
            }
            find(skuId, rows.subList(from, to));
            from = to;
        }
        List<LedgerRow> left = new ArrayList<>(rows);
        left.removeIf(row -> standing.containsKey(Key.of(row)));
        return left;
    }

    private void find(int skuId, List<LedgerRow> rows) throws SQLException {
        StringBuilder sql =
                new StringBuilder("select request_id, quantity from deduction where sku_id = ? and request_id in (");
        for (LedgerRow row : rows) {
            appendId(sql, row).append(',');
        }
        sql.setCharAt(sql.length() - 1, ')');
        try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
            query.setInt(1, skuId);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    java.nio.ByteBuffer id = java.nio.ByteBuffer.wrap(found.getBytes(1));
                    standing.put(new Key(skuId, id.getLong(), id.getLong()), found.getInt(2));
                }
            }
        }
    }

    private static String text(List<LedgerRow> rows) {
        StringBuilder sql = new StringBuilder(INTO.length() + rows.size() * ROW_CHARS).append(INTO);
        for (LedgerRow row : rows) {
            sql.append('(').append(row.skuId()).append(',');
            appendId(sql, row)
                    .append(',')
                    .append(row.quantity())
                    .append(',')
                    .append(row.origin().slot())
                    .append(',')
                    .append(row.origin().epoch())
                    .append(',')
                    .append(row.origin().timeMillis())
                    .append("),");
        }
        sql.setLength(sql.length() - 1);
        return sql.toString();
    }

    private static StringBuilder appendId(StringBuilder sql, LedgerRow row) {
        sql.append("x'");
        appendHex(sql, row.high());
        appendHex(sql, row.low());
        return sql.append('\'');
    }

    private static void appendHex(StringBuilder sql, long bits) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            sql.append(HEX[(int) (bits >>> shift) & 15]);
        }
    }
}
