// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.LedgerRow;
import io.granary.model.RequestId;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was said of deductions before they settled. Asked after their rows are in the ledger, with locks: who leaves a mark
 * does so before he looks in the ledger a last time ({@link Deeds}), so that of the two the later sees the earlier.
 *
 * <p>There are few marks, so all those of a SKU are read; if there are many, those of the rows are looked up.
 */
final class Marks {
    private static final int MOST_READ = 2_000;
    private static final int LOOKUP_ROWS = 500;

    private final Connection connection;
    private final Map<LedgerInsert.Key, Integer> found = new HashMap<>();

    Marks(Connection connection) {
        this.connection = connection;
    }

    /**
     * Does what was said of rows that have just been entered.
     *
     * @param standing those that were not entered, as the ledger had them
     * @return the units of those that were released, by SKU: they go back to the inventory
     */
    Map<Integer, Long> meet(List<LedgerRow> rows, Map<LedgerInsert.Key, Integer> standing) throws SQLException {
        if (rows.isEmpty()) {
            return Map.of();
        }
        Set<Integer> skus = new TreeSet<>();
        rows.forEach(row -> skus.add(row.skuId()));
        if (!readAll(skus)) {
            for (int from = 0; from < rows.size(); from += LOOKUP_ROWS) {
                lookUp(rows.subList(from, Math.min(rows.size(), from + LOOKUP_ROWS)));
            }
        }
        return found.isEmpty() ? Map.of() : apply(rows, standing);
    }

    /** Whether these are all; if there are too many, none is kept. */
    private boolean readAll(Set<Integer> skus) throws SQLException {
        StringBuilder sql = new StringBuilder("select sku_id, request_id, state from deduction_mark where sku_id in (");
        skus.forEach(sku -> sql.append(sku).append(','));
        sql.setCharAt(sql.length() - 1, ')');
        sql.append(" limit ").append(MOST_READ + 1).append(" for update");
        try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
            read(query);
        }
        if (found.size() > MOST_READ) {
            found.clear();
            return false;
        }
        return true;
    }

    private void lookUp(List<LedgerRow> rows) throws SQLException {
        String sql = "select sku_id, request_id, state from deduction_mark where "
                + "sku_id = ? and request_id = ? or ".repeat(rows.size() - 1)
                + "sku_id = ? and request_id = ? for update";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < rows.size(); i++) {
                query.setInt(2 * i + 1, rows.get(i).skuId());
                query.setBytes(2 * i + 2, bytes(rows.get(i)));
            }
            read(query);
        }
    }

    private void read(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                ByteBuffer id = ByteBuffer.wrap(row.getBytes(2));
                found.put(new LedgerInsert.Key(row.getInt(1), id.getLong(), id.getLong()), row.getInt(3));
            }
        }
    }

    private Map<Integer, Long> apply(List<LedgerRow> rows, Map<LedgerInsert.Key, Integer> standing)
            throws SQLException {
        Map<Integer, Long> released = new HashMap<>();
        List<LedgerRow> met = new ArrayList<>();
        for (LedgerRow row : rows) {
            LedgerInsert.Key key = LedgerInsert.Key.of(row);
            if (found.containsKey(key) && !standing.containsKey(key)) {
                met.add(row);
            }
        }
        try (PreparedStatement turn = connection.prepareStatement(
                        "update deduction set state = ? where sku_id = ? and request_id = ?");
                PreparedStatement unmark =
                        connection.prepareStatement("delete from deduction_mark where sku_id = ? and request_id = ?")) {
            for (LedgerRow row : met) {
                int state = found.getOrDefault(LedgerInsert.Key.of(row), Deeds.State.LIVE.number());
                turn.setInt(1, state);
                turn.setInt(2, row.skuId());
                turn.setBytes(3, bytes(row));
                turn.addBatch();
                unmark.setInt(1, row.skuId());
                unmark.setBytes(2, bytes(row));
                unmark.addBatch();
                if (state == Deeds.State.RELEASED.number()) {
                    released.merge(row.skuId(), (long) row.quantity(), Long::sum);
                }
            }
            turn.executeBatch();
            unmark.executeBatch();
        }
        return released;
    }

    private static byte[] bytes(LedgerRow row) {
        return new RequestId(row.high(), row.low()).toBytes();
    }
}
