// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.settlement.LedgerRow;
import io.granary.model.Sku;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LedgerInsertIT {
    private static final Sku SKU = new Sku("ledger");
    private static final int MANY = 2 * LedgerLoad.LEAST_ROWS;

    private final Books books = Books.open();
    private final LedgerLoad load = new LedgerLoad();
    private Connection connection;
    private int skuId;

    LedgerInsertIT() throws SQLException {
        connection = books.database().dataSource().getConnection();
    }

    @BeforeEach
    void add() {
        books.addSku(SKU, 1, 10_000);
        skuId = books.skuId(SKU);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        books.close();
    }

    @Test
    void rowsAreLoadedWithEveryByteInTheirIds() throws SQLException {
        // Each byte at each place of an id, among them those that end fields, end rows, and escape.
        List<LedgerRow> rows = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            for (int place = 0; place < 8; place++) {
                long bits = (long) value << (8 * place);
                rows.add(row(bits | 1L << 62, ~bits, 1));
            }
        }
        rows = sorted(rows);
        assertThat(load.load(connection, rows)).isTrue();
        assertThat(ledger()).isEqualTo(quantities(rows));
    }

    @Test
    void everyRowIsLoadedWithItsOwnSkuQuantityAndOrigin() throws SQLException {
        Sku other = new Sku("another");
        books.addSku(other, 1, 10_000);
        int[] skus = {skuId, books.skuId(other)};
        int[] quantities = {1, 9, 10, 12, 600, 1_000_000_000};
        SplittableRandom random = new SplittableRandom(13);
        List<LedgerRow> rows = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            // As records bring them: sections of several slots, epochs and moments, their ids all mixed.
            LedgerRow.Origin origin = new LedgerRow.Origin(i % 5, 1 + i % 3, 1_700_000_000_000L + i % 7);
            rows.add(new LedgerRow(
                    skus[i % 2], random.nextLong(), random.nextLong(), quantities[i % quantities.length], origin));
        }
        rows = sorted(rows);

        assertThat(load.load(connection, rows)).isTrue();

        assertThat(wholeLedger()).containsExactlyInAnyOrderElementsOf(rows);
    }

    private List<LedgerRow> wholeLedger() throws SQLException {
        List<LedgerRow> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select sku_id, request_id, quantity, slot, epoch, time from deduction")) {
            while (row.next()) {
                ByteBuffer id = ByteBuffer.wrap(row.getBytes(2));
                rows.add(new LedgerRow(
                        row.getInt(1),
                        id.getLong(),
                        id.getLong(),
                        row.getInt(3),
                        new LedgerRow.Origin(row.getInt(4), row.getLong(5), row.getLong(6))));
            }
        }
        return rows;
    }

    @Test
    void aLoadThatMeetsAKnownIdLeavesNothingAndTheInsertFindsIt() throws SQLException {
        List<LedgerRow> rows = random(MANY, 7);
        LedgerRow known = rows.get(MANY / 3);
        LedgerRow withOther = rows.get(MANY / 2);
        insert(List.of(known, row(withOther.high(), withOther.low(), withOther.quantity() + 1)));

        assertThat(load.load(connection, rows)).isFalse();
        assertThat(ledger()).hasSize(2);

        assertThat(insert(rows))
                .isEqualTo(Map.of(
                        LedgerInsert.Key.of(known),
                        known.quantity(),
                        LedgerInsert.Key.of(withOther),
                        withOther.quantity() + 1));
        Map<LedgerInsert.Key, Integer> expected = quantities(rows);
        expected.put(LedgerInsert.Key.of(withOther), withOther.quantity() + 1);
        assertThat(ledger()).isEqualTo(expected);
    }

    @Test
    void whatACheckForbidsIsAnErrorNotARowLess() throws SQLException {
        List<LedgerRow> rows = random(MANY, 8);
        rows.set(5, row(rows.get(5).high(), rows.get(5).low(), 0));
        assertThat(load.load(connection, rows)).isFalse();
        assertThatThrownBy(() -> insert(rows))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(SqlFault.of(e)).isEqualTo(SqlFault.CONSTRAINT));
    }

    @Test
    void aSlotThatTheColumnCanNotHoldIsAnErrorNotAnotherSlot() throws SQLException {
        List<LedgerRow> rows = random(MANY, 9);
        LedgerRow first = rows.get(0);
        rows.set(0, new LedgerRow(skuId, first.high(), first.low(), 1, new LedgerRow.Origin(1 << 16, 1, 1)));
        assertThat(load.load(connection, rows)).isFalse();
        assertThatThrownBy(() -> insert(rows)).isInstanceOf(SQLException.class);
    }

    @Test
    void aDatabaseThatForbidsLoadingGetsInserts() throws SQLException {
        List<LedgerRow> rows = random(MANY, 10);
        DatabaseSettings settings = Books.settings(1);
        // A connection that has not announced that it can load looks to the server like one that may not.
        try (Connection plain = DriverManager.getConnection(settings.url(), settings.user(), settings.password())) {
            plain.setAutoCommit(false);
            assertThat(load.load(plain, rows)).isFalse();
            assertThat(new LedgerInsert(plain, load).insert(rows)).isEmpty();
            plain.commit();
        }
        assertThat(ledger()).isEqualTo(quantities(rows));
        assertThat(load.load(connection, random(MANY, 12)))
                .as("loading is not tried again")
                .isFalse();
    }

    @Test
    void fewRowsAreInserted() throws SQLException {
        List<LedgerRow> rows = random(LedgerLoad.LEAST_ROWS - 1, 11);
        assertThat(load.load(connection, rows)).isFalse();
        assertThat(insert(rows)).isEmpty();
        assertThat(ledger()).isEqualTo(quantities(rows));
    }

    private Map<LedgerInsert.Key, Integer> insert(List<LedgerRow> rows) throws SQLException {
        return new LedgerInsert(connection, load).insert(rows);
    }

    private LedgerRow row(long high, long low, int quantity) {
        return new LedgerRow(skuId, high, low, quantity, new LedgerRow.Origin(0, 1, 1_700_000_000_000L));
    }

    private List<LedgerRow> random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<LedgerRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(random.nextLong(), random.nextLong(), 1 + random.nextInt(9)));
        }
        return sorted(rows);
    }

    private static List<LedgerRow> sorted(List<LedgerRow> rows) {
        List<LedgerRow> sorted = new ArrayList<>(rows);
        sorted.sort(LedgerRow.KEY_ORDER);
        for (int i = sorted.size() - 1; i > 0; i--) {
            if (LedgerRow.KEY_ORDER.compare(sorted.get(i), sorted.get(i - 1)) == 0) {
                sorted.remove(i);
            }
        }
        return sorted;
    }

    private static Map<LedgerInsert.Key, Integer> quantities(List<LedgerRow> rows) {
        Map<LedgerInsert.Key, Integer> quantities = new HashMap<>();
        rows.forEach(row -> quantities.put(LedgerInsert.Key.of(row), row.quantity()));
        return quantities;
    }

    private Map<LedgerInsert.Key, Integer> ledger() throws SQLException {
        Map<LedgerInsert.Key, Integer> found = new HashMap<>();
        try (PreparedStatement query =
                        connection.prepareStatement("select sku_id, hex(request_id), quantity from deduction");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                String id = row.getString(2);
                found.put(
                        new LedgerInsert.Key(
                                row.getInt(1),
                                Long.parseUnsignedLong(id.substring(0, 16), 16),
                                Long.parseUnsignedLong(id.substring(16), 16)),
                        row.getInt(3));
            }
        }
        return found;
    }
}
