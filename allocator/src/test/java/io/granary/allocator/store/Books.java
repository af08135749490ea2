// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.backing.DatabaseAddress;
import io.granary.backing.SharedBacking;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Empty books in the real database, with what tests put there and look at. Not thread-safe. */
public final class Books implements AutoCloseable {
    private static final List<String> TABLES = List.of(
            "operation",
            "rebalance_move",
            "rebalance",
            "node_drain",
            "stock_update_position",
            "stock_update",
            "task_run",
            "task",
            "scheduled_tasks",
            "allocation",
            "conflict",
            "dead_letter",
            "deduction_mark",
            "deduction",
            "partition_epoch",
            "`partition`",
            "lane_mark",
            "lane_skip",
            "lane",
            "sku");

    /** A row of {@code sku}. */
    public record SkuFigures(long inventory, long pool, long actual, long received, long sold, long writtenOff) {}

    private final Database database;

    private Books(Database database) {
        this.database = database;
    }

    /** Opens and empties the books. */
    public static Books open() {
        Books books = new Books(Database.open(settings(8)));
        TABLES.forEach(table -> books.update("delete from " + table));
        books.update("update leader_term set term = 0, leader = ''");
        return books;
    }

    public static DatabaseSettings settings(int poolSize) {
        DatabaseAddress address = SharedBacking.services().database();
        return new DatabaseSettings(address.url(), address.user(), address.password(), poolSize);
    }

    public Database database() {
        return database;
    }

    /** Adds a SKU with some units, all in the inventory. */
    public void addSku(Sku sku, int slots, long units) {
        update(
                "insert into sku (code, slots, inventory, actual, received) values (?, ?, ?, ?, ?)",
                sku.code(),
                slots,
                units,
                units,
                units);
    }

    /** Makes this the present ownership of the partition. */
    public void own(PartitionId partition, long epoch, String node, int lane) {
        int sku = skuId(partition.sku());
        update(
                "insert into `partition` (sku_id, slot, epoch, node, lane) values (?, ?, ?, ?, ?)"
                        + " on duplicate key update epoch = values(epoch), node = values(node), lane = values(lane)",
                sku,
                partition.slot(),
                epoch,
                node,
                lane);
        update(
                "insert into partition_epoch (sku_id, slot, epoch, node, lane) values (?, ?, ?, ?, ?)",
                sku,
                partition.slot(),
                epoch,
                node,
                lane);
    }

    /** Moves units from the inventory to the partition. */
    public void grant(PartitionId partition, long units) {
        int sku = skuId(partition.sku());
        database.transactions().run(session -> {
            Connection connection = session.getConnection();
            update(
                    connection,
                    "update `partition` set granted = granted + ? where sku_id = ? and slot = ?",
                    units,
                    sku,
                    partition.slot());
            update(
                    connection,
                    "update sku set inventory = inventory - ?, pool = pool + ? where id = ?",
                    units,
                    units,
                    sku);
        });
    }

    public int skuId(Sku sku) {
        return Math.toIntExact(number("select id from sku where code = ?", sku.code()));
    }

    public SkuFigures figures(Sku sku) {
        List<Long> row = numbers(
                "select inventory, pool, actual, received, sold, written_off from sku where code = ?", sku.code());
        return new SkuFigures(row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5));
    }

    /** The one number that the query finds. */
    public long number(String sql, Object... values) {
        return numbers(sql, values).get(0);
    }

    /** All numbers that the query finds, row by row. */
    public List<Long> numbers(String sql, Object... values) {
        return database.transactions().call(session -> {
            try (PreparedStatement query = prepare(session.getConnection(), sql, values);
                    ResultSet row = query.executeQuery()) {
                List<Long> found = new ArrayList<>();
                while (row.next()) {
                    for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                        found.add(row.getLong(column));
                    }
                }
                return found;
            }
        });
    }

    /** All texts that the query finds; a null is "null". */
    public List<String> texts(String sql, Object... values) {
        return database.transactions().call(session -> {
            try (PreparedStatement query = prepare(session.getConnection(), sql, values);
                    ResultSet row = query.executeQuery()) {
                List<String> found = new ArrayList<>();
                while (row.next()) {
                    for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                        found.add(String.valueOf(row.getString(column)));
                    }
                }
                return found;
            }
        });
    }

    public void update(String sql, Object... values) {
        database.transactions().run(session -> update(session.getConnection(), sql, values));
    }

    private static void update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement update = prepare(connection, sql, values)) {
            update.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public void close() {
        database.close();
    }
}
