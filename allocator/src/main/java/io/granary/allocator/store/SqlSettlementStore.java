// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.settlement.EpochKey;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.KnownMark;
import io.granary.allocator.settlement.LaneBooks;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LaneMark;
import io.granary.allocator.settlement.LaneStanding;
import io.granary.allocator.settlement.LedgerRow;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.model.Sku;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.ibatis.exceptions.PersistenceException;
import org.jspecify.annotations.Nullable;

/**
 * {@link SettlementStore} in MySQL, by bare JDBC: the one place where rows are counted by the hundred thousand.
 * Thread-safe.
 */
public final class SqlSettlementStore implements SettlementStore {
    private static final int LOOKUP_KEYS = 200;
    private static final int MAX_REASON = 512;

    private final TransactionRunner transactions;
    private final Executor executor;
    private final IdWindow idWindow;
    // A SKU keeps its number for ever.
    private final Map<Sku, Integer> skuIds = new ConcurrentHashMap<>();
    private final LedgerLoad load = new LedgerLoad();

    /**
     * @param executor runs what blocks; as many transactions at once as it has threads
     * @param idWindow decides which marks of a lane are still needed
     */
    public SqlSettlementStore(TransactionRunner transactions, Executor executor, IdWindow idWindow) {
        this.transactions = transactions;
        this.executor = executor;
        this.idWindow = idWindow;
    }

    @Override
    public CompletableFuture<LaneStanding> standing(int lane) {
        return CompletableFuture.supplyAsync(
                () -> transactions.call(session -> standing(session.getConnection(), lane)), executor);
    }

    private static LaneStanding standing(Connection connection, int lane) throws SQLException {
        enter(connection, lane);
        LaneMark lastMark = null;
        try (PreparedStatement query = connection.prepareStatement(
                "select position, ids from lane_mark where lane = ? order by position desc limit 1")) {
            query.setInt(1, lane);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    lastMark = new LaneMark(row.getLong(1), row.getLong(2));
                }
            }
        }
        try (PreparedStatement query =
                connection.prepareStatement("select settled, tail, ids, alarm from lane where lane = ?")) {
            query.setInt(1, lane);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                long tail = row.getLong(2);
                OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(tail);
                return new LaneStanding(row.getLong(1), known, row.getLong(3), lastMark, row.getString(4));
            }
        }
    }

    private static void enter(Connection connection, int lane) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select 1 from lane where lane = ?")) {
            query.setInt(1, lane);
            try (ResultSet row = query.executeQuery()) {
                if (row.next()) {
                    return;
                }
            }
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into lane (lane) values (?) on duplicate key update lane = lane")) {
            insert.setInt(1, lane);
            insert.executeUpdate();
        }
    }

    @Override
    public CompletableFuture<LaneBooks> find(int lane, Set<Sku> skus, Set<EpochKey> epochs) {
        return CompletableFuture.supplyAsync(
                () -> transactions.call(session -> find(session.getConnection(), lane, skus, epochs)), executor);
    }

    private LaneBooks find(Connection connection, int lane, Set<Sku> skus, Set<EpochKey> epochs) throws SQLException {
        findSkus(connection, skus);
        Map<Sku, Integer> found = new HashMap<>();
        for (Sku sku : skus) {
            Integer id = skuIds.get(sku);
            if (id != null) {
                found.put(sku, id);
            }
        }
        List<LaneBooks.KnownEpoch> known = new ArrayList<>(epochs.size());
        List<EpochKey> some = new ArrayList<>(LOOKUP_KEYS);
        for (Iterator<EpochKey> keys = epochs.iterator(); keys.hasNext(); ) {
            EpochKey key = keys.next();
            if (skuIds.containsKey(key.partition().sku())) {
                some.add(key);
            }
            if (some.size() == LOOKUP_KEYS || (!keys.hasNext() && !some.isEmpty())) {
                findEpochs(connection, lane, some, known);
                some.clear();
            }
        }
        return new LaneBooks(found, known);
    }

    private void findSkus(Connection connection, Set<Sku> skus) throws SQLException {
        List<Sku> unknown = new ArrayList<>();
        for (Sku sku : skus) {
            if (!skuIds.containsKey(sku)) {
                unknown.add(sku);
            }
        }
        for (int from = 0; from < unknown.size(); from += LOOKUP_KEYS) {
            List<Sku> some = unknown.subList(from, Math.min(unknown.size(), from + LOOKUP_KEYS));
            String sql = "select code, id from sku where code in (" + "?,".repeat(some.size() - 1) + "?)";
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                for (int i = 0; i < some.size(); i++) {
                    query.setString(i + 1, some.get(i).code());
                }
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        skuIds.put(new Sku(row.getString(1)), row.getInt(2));
                    }
                }
            }
        }
    }

    private void findEpochs(Connection connection, int lane, List<EpochKey> keys, List<LaneBooks.KnownEpoch> known)
            throws SQLException {
        record Row(int skuId, int slot, long epoch) {}
        Map<Row, EpochKey> asked = new HashMap<>();
        StringBuilder sql = new StringBuilder(
                "select sku_id, slot, epoch, seq, fenced, halted from partition_epoch where lane = ? and (");
        for (EpochKey key : keys) {
            Integer skuId = skuIds.get(key.partition().sku());
            if (skuId == null) {
                throw new IllegalStateException(
                        "sku: '" + key.partition().sku() + "' (expected: one looked up before)");
            }
            Row row = new Row(skuId, key.partition().slot(), key.epoch());
            if (!asked.isEmpty()) {
                sql.append(" or ");
            }
            asked.put(row, key);
            // Full keys joined by OR: both MySQL and MariaDB look them up one by one, which not all do for rows in IN.
            sql.append("sku_id = ")
                    .append(row.skuId)
                    .append(" and slot = ")
                    .append(row.slot)
                    .append(" and epoch = ")
                    .append(row.epoch);
        }
        try (PreparedStatement query =
                connection.prepareStatement(sql.append(')').toString())) {
            query.setInt(1, lane);
            try (ResultSet found = query.executeQuery()) {
                while (found.next()) {
                    EpochKey key = asked.remove(new Row(found.getInt(1), found.getInt(2), found.getLong(3)));
                    if (key != null) {
                        known.add(new LaneBooks.KnownEpoch(
                                key, found.getLong(4), found.getBoolean(5), found.getBoolean(6)));
                    }
                }
            }
        }
        findForgotten(connection, asked.values(), known);
    }

    /** An owner that was replaced long ago and wakes up: its epoch has ended, and the books have forgotten where. */
    private void findForgotten(Connection connection, Collection<EpochKey> keys, List<LaneBooks.KnownEpoch> known)
            throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        try (PreparedStatement query = connection.prepareStatement(
                "select forgotten from `partition` where sku_id = ? and slot = ? and forgotten >= ?")) {
            for (EpochKey key : keys) {
                query.setObject(1, skuIds.get(key.partition().sku()));
                query.setInt(2, key.partition().slot());
                query.setLong(3, key.epoch());
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        known.add(new LaneBooks.KnownEpoch(key, 0, true, false));
                    }
                }
            }
        }
    }

    @Override
    public CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
        return CompletableFuture.supplyAsync(() -> transact(connection -> apply(connection, change, mark)), executor);
    }

    @Override
    public CompletableFuture<Outcome> rehearse(LaneChange change) {
        return CompletableFuture.supplyAsync(
                () -> transact(connection -> {
                    Outcome outcome = apply(connection, change, null);
                    connection.rollback();
                    return outcome;
                }),
                executor);
    }

    private Outcome apply(Connection connection, LaneChange change, @Nullable LaneMark mark) throws SQLException {
        return moveLane(connection, change) ? write(connection, change, mark) : new Outcome.Moved();
    }

    private interface Doing {
        Outcome on(Connection connection) throws SQLException;
    }

    private Outcome transact(Doing doing) {
        try {
            return transactions.call(session -> doing.on(session.getConnection()));
        } catch (BooksException e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()));
        } catch (PersistenceException e) {
            if (SqlFault.of(e) == SqlFault.CONSTRAINT) {
                return new Outcome.Refused(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private static boolean moveLane(Connection connection, LaneChange change) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update lane set settled = ?, tail = ?, ids = ids + ?"
                        + " where lane = ? and settled = ? and alarm is null")) {
            update.setLong(1, change.to());
            update.setLong(2, change.tail());
            update.setLong(3, change.ids());
            update.setInt(4, change.lane());
            update.setLong(5, change.from());
            return update.executeUpdate() == 1;
        }
    }

    private Outcome write(Connection connection, LaneChange change, @Nullable LaneMark mark) throws SQLException {
        Returned returned = new Returned(new LedgerInsert(connection, load).insert(change.rows()));
        new Marks(connection).meet(change.rows(), returned.standing).forEach(returned::addReleased);
        returned.add(change.rows(), change.repeats());
        writeConflicts(connection, returned.conflicts);
        writeEpochs(connection, change);
        writePartitions(connection, change.partitions());
        writeSkus(connection, change.skus(), returned);
        if (mark != null) {
            writeMark(connection, change.lane(), mark);
        }
        int doubles = returned.duplicates + returned.conflicts.size();
        return new Outcome.Applied(
                change.rows().size() + change.repeats().size() - doubles,
                returned.duplicates,
                returned.conflicts.size());
    }

    /** Deductions that don't count, as their id does already or as they were released, with the units that go back. */
    private static final class Returned {
        record Conflict(LedgerRow row, int firstQuantity) {}

        final Map<LedgerInsert.Key, Integer> standing;
        final List<Conflict> conflicts = new ArrayList<>();
        final Map<Integer, Long> unitsBySku = new HashMap<>();
        int duplicates;

        Returned(Map<LedgerInsert.Key, Integer> standing) {
            this.standing = standing;
        }

        void add(List<LedgerRow> rows, List<LedgerRow> repeats) {
            if (!standing.isEmpty()) {
                for (LedgerRow row : rows) {
                    Integer quantity = standing.get(LedgerInsert.Key.of(row));
                    if (quantity != null) {
                        add(row, quantity);
                    }
                }
            }
            if (!repeats.isEmpty()) {
                for (LedgerRow row : rows) {
                    standing.putIfAbsent(LedgerInsert.Key.of(row), row.quantity());
                }
                for (LedgerRow repeat : repeats) {
                    Integer quantity = standing.get(LedgerInsert.Key.of(repeat));
                    if (quantity == null) {
                        throw new IllegalStateException(
                                "repeat: " + LedgerInsert.Key.of(repeat) + " (expected: one among the rows)");
                    }
                    add(repeat, quantity);
                }
            }
        }

        private void add(LedgerRow row, int standingQuantity) {
            unitsBySku.merge(row.skuId(), (long) row.quantity(), Long::sum);
            if (row.quantity() == standingQuantity) {
                duplicates++;
            } else {
                conflicts.add(new Conflict(row, standingQuantity));
            }
        }

        /** Of deductions that had been released before they came. */
        void addReleased(int skuId, long units) {
            unitsBySku.merge(skuId, units, Long::sum);
        }

        long units(int skuId) {
            return unitsBySku.getOrDefault(skuId, 0L);
        }
    }

    private static void writeConflicts(Connection connection, List<Returned.Conflict> conflicts) throws SQLException {
        if (conflicts.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into conflict"
                + " (sku_id, request_id, first_quantity, quantity, slot, epoch, time) values (?, ?, ?, ?, ?, ?, ?)")) {
            for (Returned.Conflict conflict : conflicts) {
                LedgerRow row = conflict.row();
                insert.setInt(1, row.skuId());
                insert.setBytes(2, new io.granary.model.RequestId(row.high(), row.low()).toBytes());
                insert.setInt(3, conflict.firstQuantity());
                insert.setInt(4, row.quantity());
                insert.setInt(5, row.origin().slot());
                insert.setLong(6, row.origin().epoch());
                insert.setLong(7, row.origin().timeMillis());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static void writeEpochs(Connection connection, LaneChange change) throws SQLException {
        if (!change.epochs().isEmpty()) {
            // From left to right: the seq is the last one's, so that the others see what it was.
            try (PreparedStatement update = connection.prepareStatement("update partition_epoch"
                    + " set first_offset = if(seq = 0, ?, first_offset), end_offset = if(? > seq, ?, end_offset),"
                    + " end_seq = if(? > seq, ?, end_seq), seq = greatest(seq, ?), halted = halted or ?,"
                    + " halt_reason = coalesce(halt_reason, ?) where sku_id = ? and slot = ? and epoch = ?")) {
                for (LaneChange.OfEpoch epoch : change.epochs()) {
                    @Nullable String halted = epoch.halted();
                    update.setLong(1, epoch.first());
                    update.setLong(2, epoch.seq());
                    update.setLong(3, epoch.end());
                    update.setLong(4, epoch.seq());
                    update.setLong(5, epoch.seq());
                    update.setLong(6, epoch.seq());
                    update.setBoolean(7, halted != null);
                    update.setString(8, halted == null ? null : fitting(halted));
                    update.setInt(9, epoch.skuId());
                    update.setInt(10, epoch.slot());
                    update.setLong(11, epoch.epoch());
                    update.addBatch();
                }
                checkOneEach(update.executeBatch(), change.epochs());
            }
            writeHalts(connection, change.epochs());
        }
        if (!change.fences().isEmpty()) {
            try (PreparedStatement update = connection.prepareStatement("update partition_epoch set fenced = true"
                    + " where sku_id = ? and slot = ? and epoch < ? and lane = ? and fenced = false")) {
                for (LaneChange.Fence fence : change.fences()) {
                    update.setInt(1, fence.skuId());
                    update.setInt(2, fence.slot());
                    update.setLong(3, fence.below());
                    update.setInt(4, change.lane());
                    update.addBatch();
                }
                update.executeBatch();
            }
        }
    }

    /** Who gives out partitions sees it with the partition. */
    private static void writeHalts(Connection connection, List<LaneChange.OfEpoch> epochs) throws SQLException {
        for (LaneChange.OfEpoch epoch : epochs) {
            if (epoch.halted() != null) {
                try (PreparedStatement update = connection.prepareStatement(
                        "update `partition` set halted = true where sku_id = ? and slot = ?")) {
                    update.setInt(1, epoch.skuId());
                    update.setInt(2, epoch.slot());
                    update.executeUpdate();
                }
            }
        }
    }

    private static void writePartitions(Connection connection, List<LaneChange.OfPartition> partitions)
            throws SQLException {
        if (partitions.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement("update `partition`"
                + " set consumed = consumed + ?, returned = returned + ? where sku_id = ? and slot = ?")) {
            for (LaneChange.OfPartition partition : partitions) {
                update.setLong(1, partition.consumed());
                update.setLong(2, partition.returned());
                update.setInt(3, partition.skuId());
                update.setInt(4, partition.slot());
                update.addBatch();
            }
            checkOneEach(update.executeBatch(), partitions);
        }
    }

    private static void writeSkus(Connection connection, List<LaneChange.OfSku> skus, Returned returned)
            throws SQLException {
        if (skus.isEmpty()) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement("update sku set pool = pool - ?,"
                + " inventory = inventory + ?, actual = actual - ?, sold = sold + ? where id = ?")) {
            for (LaneChange.OfSku sku : skus) {
                long back = returned.units(sku.skuId());
                update.setLong(1, sku.consumed() + sku.returned());
                update.setLong(2, sku.returned() + back);
                update.setLong(3, sku.consumed() - back);
                update.setLong(4, sku.consumed() - back);
                update.setInt(5, sku.skuId());
                update.addBatch();
            }
            checkOneEach(update.executeBatch(), skus);
        }
    }

    private static void checkOneEach(int[] counts, List<?> rows) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 1) {
                throw new BooksException(
                        "rows changed by " + rows.get(i) + ": " + counts[i] + " (expected: 1, as the row exists)");
            }
        }
    }

    private void writeMark(Connection connection, int lane, LaneMark mark) throws SQLException {
        // One may stand there already, if the lane was settled up to there before, and then was set back.
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into lane_mark (lane, position, ids, marked) values (?, ?, ?, utc_timestamp(3))"
                        + " on duplicate key update ids = values(ids), marked = values(marked)")) {
            insert.setInt(1, lane);
            insert.setLong(2, mark.position());
            insert.setLong(3, mark.ids());
            insert.executeUpdate();
        }
        IdWindow.Start start = idWindow.start(marks(connection, lane), mark.ids());
        try (PreparedStatement delete =
                connection.prepareStatement("delete from lane_mark where lane = ? and position < ?")) {
            delete.setInt(1, lane);
            delete.setLong(2, start.position());
            delete.executeUpdate();
        }
    }

    /** The marks of a lane, in the order of their positions; their ages by the clock that stamped them. */
    private static List<KnownMark> marks(Connection connection, int lane) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select position, ids, " + AllocationMapper.MARK_AGE
                + " from lane_mark where lane = ? order by position")) {
            query.setInt(1, lane);
            try (ResultSet row = query.executeQuery()) {
                List<KnownMark> marks = new ArrayList<>();
                while (row.next()) {
                    marks.add(new KnownMark(row.getLong(1), row.getLong(2), row.getLong(3)));
                }
                return marks;
            }
        }
    }

    /** As far as the columns of alarms and halts take it. */
    static String fitting(String reason) {
        return reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    }

    @Override
    public CompletableFuture<Void> raise(int lane, long settled, String alarm) {
        String reason = fitting(alarm);
        return CompletableFuture.runAsync(
                () -> transactions.run(session -> {
                    try (PreparedStatement update = session.getConnection()
                            .prepareStatement(
                                    "update lane set alarm = ? where lane = ? and settled = ? and alarm is null")) {
                        update.setString(1, reason);
                        update.setInt(2, lane);
                        update.setLong(3, settled);
                        update.executeUpdate();
                    }
                }),
                executor);
    }

    @Override
    public CompletableFuture<Void> clear(int lane, long settled, String alarm) {
        return CompletableFuture.runAsync(
                () -> transactions.run(session -> {
                    try (PreparedStatement update = session.getConnection()
                            .prepareStatement(
                                    "update lane set alarm = null where lane = ? and settled = ? and alarm = ?")) {
                        update.setInt(1, lane);
                        update.setLong(2, settled);
                        update.setString(3, alarm);
                        update.executeUpdate();
                    }
                }),
                executor);
    }

    @Override
    public CompletableFuture<Boolean> isSkipped(int lane, long offset, long print) {
        return CompletableFuture.supplyAsync(
                () -> transactions.call(session -> {
                    try (PreparedStatement query = session.getConnection()
                            .prepareStatement(
                                    "select 1 from lane_skip where lane = ? and position = ? and print = ?")) {
                        query.setInt(1, lane);
                        query.setLong(2, offset);
                        query.setLong(3, print);
                        try (ResultSet row = query.executeQuery()) {
                            return row.next();
                        }
                    }
                }),
                executor);
    }
}
