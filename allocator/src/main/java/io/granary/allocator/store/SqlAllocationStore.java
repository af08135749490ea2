// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.GivenLane;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.KnownMark;
import io.granary.allocator.store.AllocationMapper.EpochRow;
import io.granary.allocator.store.AllocationMapper.GrantRow;
import io.granary.allocator.store.AllocationMapper.LaneRow;
import io.granary.allocator.store.AllocationMapper.MarkRow;
import io.granary.allocator.store.AllocationMapper.PartitionKey;
import io.granary.allocator.store.AllocationMapper.PartitionRow;
import io.granary.allocator.store.AllocationMapper.SkuRow;
import io.granary.allocator.store.AllocationMapper.UnitsRow;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/**
 * {@link AllocationStore} on the books in MySQL. Locks in the order of the migration: the leader's term (shared), lanes
 * (shared), partitions, SKUs, each by key. Only who creates partitions locks their SKU first: nobody can hold what does
 * not exist.
 *
 * <p>Thread-safe.
 */
public final class SqlAllocationStore implements AllocationStore {
    private final TransactionRunner transactions;
    private final IdWindow window;

    public SqlAllocationStore(Database database, IdWindow window) {
        transactions = database.transactions();
        this.window = window;
    }

    @Override
    public long takeTerm(String leader) {
        return transactions.call(session -> {
            LeaderTerm terms = session.getMapper(LeaderTerm.class);
            terms.next(leader);
            return terms.lock();
        });
    }

    @Override
    public void checkTerm(long term) {
        transactions.run(session -> LeaderTerm.check(session, term));
    }

    @Override
    public void ensureLanes(int count) {
        transactions.run(session -> {
            AllocationMapper mapper = session.getMapper(AllocationMapper.class);
            Set<Integer> known = Set.copyOf(mapper.laneNumbers());
            List<Integer> missing = IntStream.range(0, count)
                    .filter(lane -> !known.contains(lane))
                    .boxed()
                    .toList();
            if (!missing.isEmpty()) {
                mapper.insertLanes(missing);
            }
        });
    }

    @Override
    public Optional<GivenLane> assignLane(long term, String incarnation, Set<String> live) {
        return transactions.call(session -> {
            LeaderTerm.check(session, term);
            AllocationMapper mapper = session.getMapper(AllocationMapper.class);
            LaneRow present = mapper.laneOf(incarnation);
            if (present != null) {
                return Optional.of(new GivenLane(present.lane(), present.settled()));
            }
            for (LaneRow quiet : mapper.quietLanes()) {
                if (isFree(quiet, live)) {
                    // Who begins epochs in a lane holds a lock on its row: under ours none begins, so look again.
                    LaneRow lane = mapper.lockLane(quiet.lane());
                    if (isFree(lane, live) && mapper.unfencedEpochs(lane.lane()) == 0) {
                        mapper.takeLane(lane.lane(), incarnation);
                        return Optional.of(new GivenLane(lane.lane(), lane.settled()));
                    }
                }
            }
            return Optional.empty();
        });
    }

    @Override
    public void refuseLane(long term, String incarnation, int lane, String reason) {
        transactions.run(session -> {
            LeaderTerm.check(session, term);
            session.getMapper(AllocationMapper.class).refuseLane(lane, incarnation, SqlSettlementStore.fitting(reason));
        });
    }

    private static boolean isFree(LaneRow lane, Set<String> live) {
        @Nullable String owner = lane.owner();
        return owner == null || !live.contains(owner);
    }

    @Override
    public List<SkuBook> load(Collection<Sku> skus) {
        if (skus.isEmpty()) {
            return List.of();
        }
        return transactions.snapshot(session -> load(session, skus));
    }

    /** In somebody's transaction; as at one moment only in a snapshot. */
    static List<SkuBook> load(SqlSession session, Collection<Sku> skus) {
        AllocationMapper mapper = session.getMapper(AllocationMapper.class);
        List<SkuRow> rows = mapper.skus(skus);
        return rows.isEmpty() ? List.of() : allBooks(rows, mapper.partitions(ids(rows)), rebalances(session, rows));
    }

    @Override
    public Page page(int afterId, int limit) {
        return transactions.snapshot(session -> {
            AllocationMapper mapper = session.getMapper(AllocationMapper.class);
            List<SkuRow> rows = mapper.skuPage(afterId, limit);
            if (rows.isEmpty()) {
                return new Page(List.of(), Map.of(), OptionalInt.empty());
            }
            int lastId = rows.get(rows.size() - 1).id();
            Map<Sku, RuntimeException> unreadable = new HashMap<>();
            List<SkuBook> books = books(
                    rows, mapper.partitionRange(rows.get(0).id(), lastId), rebalances(session, rows), unreadable::put);
            return new Page(books, unreadable, rows.size() < limit ? OptionalInt.empty() : OptionalInt.of(lastId));
        });
    }

    @Override
    public List<Sku> ownedBy(String incarnation) {
        return transactions.call(
                session -> session.getMapper(AllocationMapper.class).ownedBy(incarnation));
    }

    @Override
    public List<SkuBook.Changed> apply(long term, List<SkuChange> changes) {
        if (changes.size() > MAX_CHANGES) {
            throw new IllegalArgumentException(
                    "changes: " + changes.size() + " (expected: at most " + MAX_CHANGES + ")");
        }
        Map<Integer, SkuChange> byId = new TreeMap<>();
        for (SkuChange change : changes) {
            if (byId.put(change.id(), change) != null) {
                throw new IllegalArgumentException("changes of " + change.sku() + ": 2 (expected: 1)");
            }
        }
        if (byId.isEmpty()) {
            return List.of();
        }
        return transactions.call(session -> apply(session, term, byId));
    }

    /** In somebody's transaction. */
    static List<SkuBook.Changed> apply(SqlSession session, long term, Map<Integer, SkuChange> changes) {
        LeaderTerm.check(session, term);
        AllocationMapper mapper = session.getMapper(AllocationMapper.class);
        Map<Integer, String> laneOwners = lockLanes(mapper, changes.values());
        List<Integer> creating = changes.values().stream()
                .filter(change -> change.assignments().stream().anyMatch(a -> a.fromEpoch() == 0))
                .map(SkuChange::id)
                .toList();
        if (!creating.isEmpty()) {
            mapper.lockSkus(creating);
        }
        List<SkuBook.Changed> results = new ArrayList<>(changes.size());
        for (SkuBook book : lock(session, changes.keySet())) {
            SkuChange change = changes.get(book.id());
            if (change != null) {
                results.add(
                        book.after(change, assignment -> assignment.node().equals(laneOwners.get(assignment.lane()))));
            }
        }
        write(mapper, results);
        results.forEach(result -> write(session.getMapper(RebalanceMapper.class), result));
        return results;
    }

    private static List<SkuBook> lock(SqlSession session, Collection<Integer> ids) {
        AllocationMapper mapper = session.getMapper(AllocationMapper.class);
        List<PartitionRow> partitions = mapper.lockPartitions(ids);
        List<SkuRow> skus = mapper.lockSkus(ids);
        return allBooks(skus, partitions, rebalances(session, skus));
    }

    /**
     * Grants what an operator wants, decided on locked books, in somebody's transaction.
     *
     * @throws GrantRefusedException if there is no such SKU, or as {@link OperatorGrant#change}
     */
    static SkuBook.Changed grant(SqlSession session, long term, OperatorGrant order) {
        LeaderTerm.check(session, term);
        AllocationMapper mapper = session.getMapper(AllocationMapper.class);
        List<SkuRow> known = mapper.skus(List.of(order.sku()));
        if (known.isEmpty()) {
            throw new GrantRefusedException("sku: '" + order.sku() + "' (expected: one that is known)");
        }
        SkuBook book = lock(session, ids(known)).get(0);
        SkuBook.Changed changed = book.after(order.change(book), assignment -> false);
        write(mapper, List.of(changed));
        return changed;
    }

    private static Map<Integer, String> lockLanes(AllocationMapper mapper, Collection<SkuChange> changes) {
        Set<Integer> lanes = new TreeSet<>();
        for (SkuChange change : changes) {
            for (Assignment assignment : change.assignments()) {
                lanes.add(assignment.lane());
            }
        }
        Map<Integer, String> owners = new HashMap<>();
        if (!lanes.isEmpty()) {
            for (LaneRow lane : mapper.lockLanesShared(lanes)) {
                @Nullable String owner = lane.owner();
                if (owner != null) {
                    owners.put(lane.lane(), owner);
                }
            }
        }
        return owners;
    }

    private static void write(AllocationMapper mapper, List<SkuBook.Changed> results) {
        List<PartitionRow> partitions = new ArrayList<>();
        List<EpochRow> epochs = new ArrayList<>();
        List<GrantRow> grants = new ArrayList<>();
        List<UnitsRow> moves = new ArrayList<>();
        for (SkuBook.Changed result : results) {
            int id = result.book().id();
            Set<Integer> slots = new TreeSet<>();
            for (Assignment a : result.assignments()) {
                slots.add(a.slot());
                epochs.add(EpochRow.begun(id, a.slot(), a.toEpoch(), a.node(), a.lane()));
            }
            long units = 0;
            for (Grant g : result.grants()) {
                slots.add(g.slot());
                units += g.units();
                grants.add(new GrantRow(
                        id, g.slot(), g.epoch(), g.units(), g.reason().name()));
            }
            if (units > 0) {
                moves.add(new UnitsRow(id, units));
            }
            slots.forEach(slot -> partitions.add(row(id, result.book().partition(slot))));
        }
        if (!epochs.isEmpty()) {
            mapper.insertEpochs(epochs);
        }
        if (!partitions.isEmpty()) {
            mapper.putPartitions(partitions);
        }
        if (!grants.isEmpty()) {
            mapper.moveToPool(moves);
            mapper.insertAllocations(grants);
        }
    }

    private static void write(RebalanceMapper mapper, SkuBook.Changed result) {
        Rebalance.Change taken = result.rebalance();
        if (taken == null) {
            return;
        }
        if (!taken.planned().isEmpty()) {
            mapper.insertMoves(
                    taken.planned().stream().map(move -> row(taken.id(), move)).toList());
        }
        taken.steps().forEach(step -> mapper.takeOn(row(taken.id(), step.after())));
        mapper.become(taken.id(), taken.state().name(), taken.reason());
        if (!taken.state().isOpen()) {
            mapper.leave(result.book().id(), taken.id());
        }
    }

    private static RebalanceMapper.MoveRow row(long rebalance, Move move) {
        return new RebalanceMapper.MoveRow(
                rebalance,
                move.number(),
                move.from() == Move.INVENTORY ? null : move.from(),
                move.to() == Move.INVENTORY ? null : move.to(),
                move.units(),
                move.why(),
                move.base() == Move.NOT_BEGUN ? null : move.base(),
                move.returnTo(),
                move.moved(),
                move.over());
    }

    @Override
    public Drains drains(long term) {
        return transactions.call(session -> {
            LeaderTerm.check(session, term);
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            List<String> nodes = mapper.drainedNodes();
            int open = 0;
            for (String node : nodes) {
                List<RebalanceMapper.OpenRow> drains = mapper.openDrains(node);
                if (!drains.isEmpty() && mapper.ownedPartitions(node) == 0) {
                    drains.forEach(drain -> mapper.finishDrain(drain.id()));
                } else {
                    open += drains.size();
                }
            }
            return new Drains(Set.copyOf(nodes), open);
        });
    }

    @Override
    public TakeoverSnapshot snapshot(Collection<Sku> skus) {
        if (skus.isEmpty()) {
            return new TakeoverSnapshot(List.of(), Map.of());
        }
        return transactions.snapshot(session -> {
            AllocationMapper mapper = session.getMapper(AllocationMapper.class);
            List<SkuRow> rows = mapper.skus(skus);
            if (rows.isEmpty()) {
                return new TakeoverSnapshot(List.of(), Map.of());
            }
            Collection<Integer> ids = ids(rows);
            return takeover(mapper, allBooks(rows, mapper.partitions(ids), Map.of()), mapper.epochs(ids));
        });
    }

    private TakeoverSnapshot takeover(AllocationMapper mapper, List<SkuBook> books, List<EpochRow> epochs) {
        Map<Integer, Map<Integer, List<EpochRow>>> bySku = new HashMap<>();
        for (EpochRow epoch : epochs) {
            bySku.computeIfAbsent(epoch.skuId(), id -> new HashMap<>())
                    .computeIfAbsent(epoch.slot(), slot -> new ArrayList<>())
                    .add(epoch);
        }
        Set<Integer> lanes = new TreeSet<>();
        epochs.forEach(epoch -> lanes.add(epoch.lane()));
        Map<Integer, TakeoverSnapshot.LaneStand> stands = stands(mapper, lanes);
        Set<PartitionKey> forgotten =
                new HashSet<>(mapper.forgotten(books.stream().map(SkuBook::id).toList()));
        List<TakeoverSnapshot.History> histories = new ArrayList<>();
        for (SkuBook book : books) {
            Map<Integer, List<EpochRow>> bySlot = bySku.getOrDefault(book.id(), Map.of());
            for (PartitionBook partition : book.partitions()) {
                EarlierEpochs earlier = new EarlierEpochs(stands);
                if (forgotten.contains(new PartitionKey(book.id(), partition.slot()))) {
                    earlier.leaveOut(window.age().toMillis());
                }
                List<EpochRow> rows = bySlot.getOrDefault(partition.slot(), List.of());
                for (int i = rows.size() - 1; i >= 0; i--) {
                    if (rows.get(i).epoch() < partition.epoch()) {
                        earlier.add(rows.get(i));
                    }
                }
                histories.add(earlier.history(new PartitionId(book.sku(), partition.slot()), partition));
            }
        }
        return new TakeoverSnapshot(histories, stands);
    }

    private Map<Integer, TakeoverSnapshot.LaneStand> stands(AllocationMapper mapper, Set<Integer> lanes) {
        Map<Integer, TakeoverSnapshot.LaneStand> stands = new HashMap<>();
        if (lanes.isEmpty()) {
            return stands;
        }
        Map<Integer, List<KnownMark>> marks = new HashMap<>();
        for (MarkRow row : mapper.marks(lanes)) {
            marks.computeIfAbsent(row.lane(), lane -> new ArrayList<>()).add(row.mark());
        }
        Map<Integer, List<TakeoverSnapshot.Skip>> skips = new HashMap<>();
        mapper.skips(lanes)
                .forEach(row -> skips.computeIfAbsent(row.lane(), lane -> new ArrayList<>())
                        .add(new TakeoverSnapshot.Skip(row.position(), row.print())));
        for (LaneRow lane : mapper.lanes(lanes)) {
            IdWindow.Start start = window.start(marks.getOrDefault(lane.lane(), List.of()), lane.ids());
            stands.put(
                    lane.lane(),
                    new TakeoverSnapshot.LaneStand(
                            lane.settled(),
                            Math.min(lane.settled(), start.position()),
                            start.ageMillis(),
                            skips.getOrDefault(lane.lane(), List.of())));
        }
        return stands;
    }

    private static List<Integer> ids(List<SkuRow> rows) {
        return rows.stream().map(SkuRow::id).toList();
    }

    /** The rebalances that the leader works on, by their ids. */
    private static Map<Long, Rebalance> rebalances(SqlSession session, List<SkuRow> skus) {
        List<Long> ids =
                skus.stream().map(SkuRow::rebalance).filter(Objects::nonNull).toList();
        return ids.isEmpty() ? Map.of() : Rebalances.load(session.getMapper(RebalanceMapper.class), ids);
    }

    /** Both lists are ordered by SKU id. */
    private static List<SkuBook> allBooks(
            List<SkuRow> skus, List<PartitionRow> partitions, Map<Long, Rebalance> rebalances) {
        return books(skus, partitions, rebalances, (sku, fault) -> {
            throw fault;
        });
    }

    private static List<SkuBook> books(
            List<SkuRow> skus,
            List<PartitionRow> partitions,
            Map<Long, Rebalance> rebalances,
            BiConsumer<Sku, RuntimeException> onUnreadable) {
        List<SkuBook> books = new ArrayList<>(skus.size());
        int next = 0;
        for (SkuRow sku : skus) {
            List<PartitionRow> own = new ArrayList<>();
            while (next < partitions.size() && partitions.get(next).skuId() <= sku.id()) {
                PartitionRow row = partitions.get(next++);
                if (row.skuId() == sku.id()) {
                    own.add(row);
                }
            }
            try {
                books.add(book(sku, own, rebalances));
            } catch (IllegalArgumentException e) {
                onUnreadable.accept(sku.sku(), e);
            }
        }
        return books;
    }

    private static SkuBook book(SkuRow sku, List<PartitionRow> own, Map<Long, Rebalance> rebalances) {
        return new SkuBook(
                sku.id(),
                sku.sku(),
                sku.state().equals("PAUSED"),
                sku.frozen(),
                sku.slots(),
                plan(sku),
                sku.inventory(),
                sku.pool(),
                sku.actual(),
                sku.received(),
                own.stream().map(SqlAllocationStore::book).toList(),
                sku.rebalance() == null ? null : rebalances.get(sku.rebalance()));
    }

    private static SkuPlan plan(SkuRow sku) {
        return Rebalances.plan(
                sku.planFirstUnits(),
                sku.planHorizonMs(),
                sku.planLowWatermark(),
                sku.planCeilingUnits(),
                sku.planCeilingPercent());
    }

    private static PartitionBook book(PartitionRow row) {
        @Nullable Integer lane = row.lane();
        return new PartitionBook(
                row.slot(),
                row.epoch(),
                row.node(),
                lane == null ? -1 : lane,
                row.granted(),
                row.consumed(),
                row.returned(),
                row.halted());
    }

    private static PartitionRow row(int skuId, PartitionBook book) {
        return new PartitionRow(
                skuId,
                book.slot(),
                book.epoch(),
                book.node(),
                book.lane(),
                book.granted(),
                book.consumed(),
                book.returned(),
                book.halted());
    }
}
