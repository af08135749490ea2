// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.NodeStand;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.EpochKey;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.KnownMark;
import io.granary.allocator.settlement.LaneBooks;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LaneMark;
import io.granary.allocator.settlement.LaneStanding;
import io.granary.allocator.settlement.LedgerRow;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.allocator.stock.ReadUpdate;
import io.granary.allocator.stock.StockUpdateStore;
import io.granary.allocator.stock.UpdateBatch;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import io.granary.stock.StockUpdate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The database: what stands in the tables, and the transactions on it. Each method is one transaction, whole or not at
 * all, after which the CHECK constraints hold or the run fails.
 */
final class Books {
    /** A row of the ledger. */
    record Deducted(int skuId, RequestId id) {}

    /**
     * A mark as it stands in its table.
     *
     * @param millis by the database's clock
     */
    private record StampedMark(LaneMark mark, long millis) {}

    private static final class LaneRow {
        @Nullable
        String owner;

        long settled;

        @Nullable
        Long tail;

        long ids;

        @Nullable
        LaneMark mark;

        final List<StampedMark> marks = new ArrayList<>();

        @Nullable
        String alarm;
    }

    private static final class EpochRow {
        final int lane;
        long seq;
        boolean fenced;
        boolean halted;
        long first;
        long end;

        EpochRow(int lane) {
            this.lane = lane;
        }
    }

    private final Clock clock;
    private final IdWindow idWindow;
    private final Map<Integer, SkuBook> skus = new TreeMap<>();
    private final Map<Sku, Integer> ids = new LinkedHashMap<>();
    private final Map<Integer, Long> sold = new HashMap<>();
    private final Map<Integer, LaneRow> lanes = new TreeMap<>();
    private final Map<EpochKey, EpochRow> epochs = new TreeMap<>(EPOCH_ORDER);
    private final Map<Deducted, Integer> ledger = new LinkedHashMap<>();
    private final Map<Integer, Long> stockPositions = new HashMap<>();
    private final Set<String> stockUpdates = new HashSet<>();
    private final Set<String> drained = new TreeSet<>();
    private final Map<String, Long> openDrains = new TreeMap<>();
    private long term;
    private boolean takesIdsTwice;
    private boolean ignoresFreezes;
    private boolean grantsByWhatWasRead;
    /** Books before the last grant of an operator. */
    private final Map<Integer, SkuBook> readBefore = new HashMap<>();
    /** What partitions of frozen SKUs had been granted in all when they were frozen. */
    private final Map<Integer, Long> frozenAt = new HashMap<>();

    private static final java.util.Comparator<EpochKey> EPOCH_ORDER =
            java.util.Comparator.comparing(EpochKey::partition).thenComparingLong(EpochKey::epoch);

    /**
     * @param clock the database's
     */
    Books(Clock clock, IdWindow idWindow) {
        this.clock = clock;
        this.idWindow = idWindow;
    }

    // ---- For the world and its judges

    void receive(Sku sku, int slots, long units) {
        Integer known = ids.get(sku);
        int id = known == null ? ids.size() + 1 : known;
        ids.put(sku, id);
        SkuBook old = skus.getOrDefault(id, new SkuBook(id, sku, false, slots, 0, 0, 0, 0, List.of()));
        skus.put(id, old.withUnits(old.inventory() + units, old.pool(), old.received() + units, old.partitions()));
        check(id);
    }

    // ---- What operators want

    /** Changes what they want of a SKU. */
    void intend(Sku sku, UnaryOperator<SkuBook> change) {
        SkuBook book = book(sku);
        SkuBook after = change.apply(book);
        skus.put(book.id(), after);
        if (!after.frozen()) {
            frozenAt.remove(book.id());
        } else if (!book.frozen()) {
            frozenAt.put(book.id(), granted(after));
        }
        check(book.id());
    }

    void drain(String node, long id) {
        drained.add(node);
        openDrains.put(node, id);
    }

    /** Where a node stands among the others. */
    NodeStand stand(String node, LiveNodes live) {
        return new NodeStand(node, (int) owned(node), drained, openDrains.get(node), live);
    }

    /** How many partitions a node owns. */
    long owned(String name) {
        return skus.values().stream()
                .flatMap(book -> book.partitions().stream())
                .map(PartitionBook::node)
                .filter(node -> node != null && NodeEntry.nameOf(node).equals(name))
                .count();
    }

    void undrain(String node) {
        drained.remove(node);
        openDrains.remove(node);
    }

    AllocationStore.Drains drains(long claimed) {
        checkTerm(claimed);
        openDrains.keySet().removeIf(name -> owned(name) == 0);
        return new AllocationStore.Drains(drained, openDrains.size());
    }

    SkuBook book(Sku sku) {
        SkuBook book = skus.get(idOf(sku));
        checkState(book != null, "no books of %s", sku);
        return book;
    }

    int idOf(Sku sku) {
        Integer id = ids.get(sku);
        checkState(id != null, "no books of %s", sku);
        return id;
    }

    Map<Deducted, Integer> ledger() {
        return ledger;
    }

    List<String> alarms() {
        List<String> alarms = new ArrayList<>();
        lanes.forEach((lane, row) -> {
            if (row.alarm != null) {
                alarms.add("lane " + lane + ": " + row.alarm);
            }
        });
        epochs.forEach((key, row) -> {
            if (row.halted) {
                alarms.add(key + " is halted");
            }
        });
        return alarms;
    }

    /** The first record of a lane that a takeover would read now. */
    long needed(int lane) {
        return stand(lane).window();
    }

    long settled(int lane) {
        LaneRow row = lanes.get(lane);
        return row == null ? 0 : row.settled;
    }

    private void check(int id) {
        SkuBook book = skus.get(id);
        checkState(book != null, "no books of %s", id);
        long held = 0;
        for (PartitionBook partition : book.partitions()) {
            checkState(
                    partition.granted() >= partition.consumed() + partition.returned(),
                    "%s: more left partition %s than it was granted",
                    book.sku(),
                    partition);
            held += partition.held();
        }
        checkState(
                !book.frozen() || frozenAt.getOrDefault(id, 0L) == granted(book),
                "%s is frozen, and its partitions were granted %s, %s before",
                book.sku(),
                granted(book),
                frozenAt.get(id));
        checkState(held == book.pool(), "%s: pool %s, partitions hold %s", book.sku(), book.pool(), held);
        long soldUnits = sold.getOrDefault(id, 0L);
        checkState(
                book.received() == book.actual() + soldUnits,
                "%s: received %s, actual %s, sold %s",
                book.sku(),
                book.received(),
                book.actual(),
                soldUnits);
    }

    private static long granted(SkuBook book) {
        return book.partitions().stream().mapToLong(PartitionBook::granted).sum();
    }

    /** For a planted bug: who asks does not hear that a SKU is frozen. */
    void ignoreFreezes() {
        ignoresFreezes = true;
    }

    private SkuBook shown(SkuBook book) {
        return ignoresFreezes ? frozen(book, false) : book;
    }

    private static SkuBook frozen(SkuBook book, boolean isFrozen) {
        return book.withIntentions(isFrozen, book.slots(), book.plan(), book.rebalance());
    }

    /** For a planted bug: grants of operators are decided on what was read before somebody else's. */
    void grantByWhatWasRead() {
        grantsByWhatWasRead = true;
    }

    /** For a planted bug: the ledger does not look whether it has an id. */
    void takeIdsTwice() {
        takesIdsTwice = true;
    }

    // ---- As the leader uses them: see AllocationStore

    long takeTerm() {
        return ++term;
    }

    void ensureLanes(int count) {
        for (int lane = 0; lane < count; lane++) {
            lanes.putIfAbsent(lane, new LaneRow());
        }
    }

    OptionalInt assignLane(long claimed, String incarnation, Set<String> live) {
        checkTerm(claimed);
        for (Map.Entry<Integer, LaneRow> lane : lanes.entrySet()) {
            if (incarnation.equals(lane.getValue().owner)) {
                return OptionalInt.of(lane.getKey());
            }
        }
        for (Map.Entry<Integer, LaneRow> lane : lanes.entrySet()) {
            String owner = lane.getValue().owner;
            if ((owner == null || !live.contains(owner)) && allFenced(lane.getKey())) {
                lane.getValue().owner = incarnation;
                return OptionalInt.of(lane.getKey());
            }
        }
        return OptionalInt.empty();
    }

    private boolean allFenced(int lane) {
        return epochs.values().stream().noneMatch(row -> row.lane == lane && !row.fenced);
    }

    void checkTerm(long claimed) {
        if (claimed != term) {
            throw new LeadershipLostException(claimed, term);
        }
    }

    List<SkuBook> load(Collection<Sku> wanted) {
        return skus.values().stream()
                .filter(book -> wanted.contains(book.sku()))
                .map(this::shown)
                .toList();
    }

    AllocationStore.Page page(int afterId, int limit) {
        List<SkuBook> page = skus.values().stream()
                .filter(book -> book.id() > afterId)
                .limit(limit)
                .map(this::shown)
                .toList();
        return new AllocationStore.Page(
                page,
                Map.of(),
                page.size() < limit
                        ? OptionalInt.empty()
                        : OptionalInt.of(page.get(page.size() - 1).id()));
    }

    List<Sku> ownedBy(String incarnation) {
        return skus.values().stream()
                .filter(book -> book.partitions().stream().anyMatch(p -> incarnation.equals(p.node())))
                .map(SkuBook::sku)
                .toList();
    }

    List<SkuBook.Changed> apply(long claimed, List<SkuChange> changes) {
        checkTerm(claimed);
        checkState(changes.size() <= AllocationStore.MAX_CHANGES, "%s changes", changes.size());
        List<SkuBook.Changed> results = new ArrayList<>();
        for (SkuChange change : changes) {
            SkuBook book = skus.get(change.id());
            if (book != null) {
                SkuBook.Changed changed = shown(book).after(change, this::isLaneOf);
                skus.put(change.id(), frozen(changed.book(), book.frozen()));
                for (Assignment assignment : changed.assignments()) {
                    EpochKey key = new EpochKey(new PartitionId(book.sku(), assignment.slot()), assignment.toEpoch());
                    checkState(epochs.put(key, new EpochRow(assignment.lane())) == null, "%s was there", key);
                }
                check(change.id());
                results.add(changed);
            }
        }
        return results;
    }

    /** Units that an operator wants in partitions: decided and written in one. */
    SkuBook.Changed grant(long claimed, OperatorGrant order) {
        checkTerm(claimed);
        SkuBook book = book(order.sku());
        SkuBook decidedOn = grantsByWhatWasRead ? readBefore.getOrDefault(book.id(), book) : book;
        readBefore.put(book.id(), book);
        SkuBook.Changed changed = book.after(order.change(decidedOn), assignment -> false);
        long pool = changed.book().pool();
        checkState(
                !order.topsUp() || pool <= Math.max(book.pool(), order.units()),
                "%s: topped up to %s units, the pool has %s",
                book.sku(),
                order.units(),
                pool);
        skus.put(book.id(), changed.book());
        check(book.id());
        return changed;
    }

    private boolean isLaneOf(Assignment assignment) {
        LaneRow lane = lanes.get(assignment.lane());
        return lane != null && assignment.node().equals(lane.owner);
    }

    TakeoverSnapshot snapshot(Collection<Sku> wanted) {
        List<TakeoverSnapshot.History> histories = new ArrayList<>();
        Map<Integer, TakeoverSnapshot.LaneStand> stands = new TreeMap<>();
        for (SkuBook book : load(wanted)) {
            for (PartitionBook partition : book.partitions()) {
                List<TakeoverSnapshot.Earlier> earlier = new ArrayList<>();
                PartitionId id = new PartitionId(book.sku(), partition.slot());
                epochs.forEach((key, row) -> {
                    if (key.partition().equals(id) && key.epoch() < partition.epoch()) {
                        earlier.add(new TakeoverSnapshot.Earlier(
                                key.epoch(), row.lane, row.seq, row.fenced, row.first, row.end));
                        stands.put(row.lane, stand(row.lane));
                    }
                });
                histories.add(new TakeoverSnapshot.History(id, partition, earlier, TakeoverSnapshot.NONE_LEFT_OUT));
            }
        }
        return new TakeoverSnapshot(histories, stands);
    }

    private TakeoverSnapshot.LaneStand stand(int lane) {
        LaneRow row = lanes.computeIfAbsent(lane, l -> new LaneRow());
        IdWindow.Start start = start(row);
        return new TakeoverSnapshot.LaneStand(row.settled, Math.min(row.settled, start.position()), start.ageMillis());
    }

    private IdWindow.Start start(LaneRow row) {
        long now = clock.millis();
        List<KnownMark> known = row.marks.stream()
                .map(mark -> new KnownMark(mark.mark().position(), mark.mark().ids(), now - mark.millis()))
                .toList();
        return idWindow.start(known, row.ids);
    }

    // ---- As stock updates use them: see StockUpdateStore

    /** Where a queue of stock updates stands. */
    long stockPosition(int queue) {
        return stockPositions.getOrDefault(queue, 0L);
    }

    StockUpdateStore.Outcome apply(long claimed, UpdateBatch batch) {
        checkTerm(claimed);
        if (stockPosition(batch.queue()) != batch.from()) {
            return new StockUpdateStore.Outcome.Moved();
        }
        stockPositions.put(batch.queue(), batch.to());
        int repeated = 0;
        Set<Sku> changed = new TreeSet<>();
        for (ReadUpdate read : batch.updates()) {
            checkState(read instanceof ReadUpdate.Valid, "%s (expected: what can be applied)", read);
            StockUpdate update = ((ReadUpdate.Valid) read).update();
            if (stockUpdates.add(update.updateId())) {
                receive(update.sku(), 0, update.units());
                changed.add(update.sku());
            } else {
                repeated++;
            }
        }
        return new StockUpdateStore.Outcome.Applied(batch.updates().size() - repeated, repeated, changed);
    }

    // ---- As settlement uses them: see SettlementStore

    LaneStanding standing(int lane) {
        LaneRow row = lanes.computeIfAbsent(lane, l -> new LaneRow());
        OptionalLong tail = row.tail == null ? OptionalLong.empty() : OptionalLong.of(row.tail);
        return new LaneStanding(row.settled, tail, row.ids, row.mark, row.alarm);
    }

    LaneBooks find(int lane, Set<Sku> wanted, Set<EpochKey> keys) {
        Map<Sku, Integer> known = new HashMap<>(ids);
        known.keySet().retainAll(wanted);
        List<LaneBooks.KnownEpoch> found = new ArrayList<>();
        for (EpochKey key : keys) {
            EpochRow row = epochs.get(key);
            if (row != null && row.lane == lane) {
                found.add(new LaneBooks.KnownEpoch(key, row.seq, row.fenced, row.halted));
            }
        }
        return new LaneBooks(known, found);
    }

    SettlementStore.Outcome settle(LaneChange change, @Nullable LaneMark mark) {
        return moveLane(change, mark) ? write(change) : new SettlementStore.Outcome.Moved();
    }

    /** The lane's offset, without the rows of the change; false if the lane does not stand where it begins. */
    boolean moveLane(LaneChange change, @Nullable LaneMark mark) {
        LaneRow lane = lanes.computeIfAbsent(change.lane(), l -> new LaneRow());
        if (lane.settled != change.from() || lane.alarm != null) {
            return false;
        }
        lane.settled = change.to();
        lane.tail = change.tail();
        lane.ids += change.ids();
        if (mark != null) {
            lane.mark = mark;
            lane.marks.add(new StampedMark(mark, clock.millis()));
            long start = start(lane).position();
            lane.marks.removeIf(old -> old.mark().position() < start);
        }
        return true;
    }

    /** The last section that was applied of an ownership; 0 if none was. */
    long seq(EpochKey key) {
        EpochRow row = epochs.get(key);
        return row == null ? 0 : row.seq;
    }

    /** The rows of a change, without the lane's offset. */
    SettlementStore.Outcome write(LaneChange change) {
        Map<Integer, Long> back = new HashMap<>();
        int rows = 0;
        int duplicates = 0;
        int conflicts = 0;
        List<LedgerRow> all = new ArrayList<>(change.rows());
        all.addAll(change.repeats());
        for (LedgerRow row : all) {
            Deducted key = new Deducted(row.skuId(), new RequestId(row.high(), row.low()));
            Integer standing = ledger.putIfAbsent(key, row.quantity());
            if (standing == null || takesIdsTwice) {
                rows++;
            } else {
                back.merge(row.skuId(), (long) row.quantity(), Long::sum);
                if (standing == row.quantity()) {
                    duplicates++;
                } else {
                    conflicts++;
                }
            }
        }
        Set<Integer> touched = new HashSet<>();
        for (LaneChange.OfEpoch epoch : change.epochs()) {
            EpochRow row = epochs.get(key(epoch.skuId(), epoch.slot(), epoch.epoch()));
            checkState(row != null, "no row of %s", epoch);
            row.first = row.seq == 0 ? epoch.first() : row.first;
            row.end = epoch.seq() > row.seq ? epoch.end() : row.end;
            row.seq = Math.max(row.seq, epoch.seq());
            row.halted |= epoch.halted();
        }
        for (LaneChange.Fence fence : change.fences()) {
            epochs.forEach((key, row) -> {
                if (row.lane == change.lane()
                        && key.epoch() < fence.below()
                        && key.partition().slot() == fence.slot()
                        && idOf(key.partition().sku()) == fence.skuId()) {
                    row.fenced = true;
                }
            });
        }
        for (LaneChange.OfPartition of : change.partitions()) {
            update(of);
            touched.add(of.skuId());
        }
        for (LaneChange.OfSku of : change.skus()) {
            update(of, back.getOrDefault(of.skuId(), 0L));
            touched.add(of.skuId());
        }
        touched.forEach(this::check);
        return new SettlementStore.Outcome.Applied(rows, duplicates, conflicts);
    }

    private EpochKey key(int skuId, int slot, long epoch) {
        SkuBook book = skus.get(skuId);
        checkState(book != null, "no books of %s", skuId);
        return new EpochKey(new PartitionId(book.sku(), slot), epoch);
    }

    private void update(LaneChange.OfPartition of) {
        SkuBook book = skus.get(of.skuId());
        checkState(book != null, "no books of %s", of.skuId());
        List<PartitionBook> partitions = new ArrayList<>(book.partitions());
        partitions.replaceAll(p -> p.slot() != of.slot()
                ? p
                : new PartitionBook(
                        p.slot(),
                        p.epoch(),
                        p.node(),
                        p.lane(),
                        p.granted(),
                        p.consumed() + of.consumed(),
                        p.returned() + of.returned()));
        skus.put(of.skuId(), book.withUnits(book.inventory(), book.pool(), book.received(), partitions));
    }

    private void update(LaneChange.OfSku of, long back) {
        SkuBook book = skus.get(of.skuId());
        checkState(book != null, "no books of %s", of.skuId());
        long fresh = of.consumed() - back;
        sold.merge(of.skuId(), fresh, Long::sum);
        skus.put(
                of.skuId(),
                book.withUnits(
                        book.inventory() + back + of.returned(),
                        book.pool() - of.consumed() - of.returned(),
                        book.received(),
                        book.partitions()));
    }

    void raise(int lane, long settled, String alarm) {
        LaneRow row = lanes.computeIfAbsent(lane, l -> new LaneRow());
        if (row.settled == settled) {
            row.alarm = alarm;
        }
    }
}
