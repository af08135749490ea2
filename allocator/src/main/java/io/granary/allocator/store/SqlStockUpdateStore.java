// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.stock.DeadLetter;
import io.granary.allocator.stock.ReadUpdate;
import io.granary.allocator.stock.StockUpdateStore;
import io.granary.allocator.stock.UpdateBatch;
import io.granary.config.Check;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongToIntFunction;
import org.apache.ibatis.exceptions.PersistenceException;
import org.jspecify.annotations.Nullable;

/**
 * {@link StockUpdateStore} in MySQL. Locks in the order leader_term (shared), stock_update_position, stock_update, deduction,
 * deduction_mark, sku. Thread-safe.
 */
public final class SqlStockUpdateStore implements StockUpdateStore {
    private static final int MAX_REASON = 512;

    private final TransactionRunner transactions;
    private final Executor executor;
    private final LongToIntFunction slots;

    /**
     * @param executor runs what blocks
     * @param defaultSlots how many slots a new SKU gets that does not say, 1 to 1024
     */
    public SqlStockUpdateStore(TransactionRunner transactions, Executor executor, int defaultSlots) {
        this(transactions, executor, units -> defaultSlots);
        Check.range("defaultSlots", defaultSlots, 1, PartitionId.MAX_SLOTS);
    }

    /**
     * @param executor runs what blocks
     * @param slots how many slots a new SKU gets that does not say, 1 to 1024, for the units of its first restock
     */
    public SqlStockUpdateStore(TransactionRunner transactions, Executor executor, LongToIntFunction slots) {
        this.transactions = transactions;
        this.executor = executor;
        this.slots = slots;
    }

    @Override
    public CompletableFuture<Long> position(int queue) {
        return inTransaction(mapper -> {
            Long known = mapper.position(queue);
            if (known != null) {
                return known;
            }
            mapper.enterQueue(queue);
            return 0L;
        });
    }

    @Override
    public CompletableFuture<Void> moveTo(long term, int queue, long from, long to) {
        return write(term, mapper -> mapper.move(queue, from, to));
    }

    @Override
    public CompletableFuture<Void> condemn(long term, UpdateBatch batch, List<DeadLetter> letters) {
        return write(term, mapper -> {
            for (DeadLetter letter : letters) {
                String id = batch.updates()
                        .get(Math.toIntExact(letter.offset() - batch.from()))
                        .updateId();
                mapper.noteLetter(
                        letter.queue(),
                        letter.offset(),
                        id.isEmpty() ? null : id,
                        cut(letter.reason()),
                        letter.original());
            }
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < batch.updates().size(); i++) {
                ReadUpdate update = batch.updates().get(i);
                boolean first = !update.updateId().isEmpty() && seen.add(update.updateId());
                String reason = batch.dead().get(i);
                // Of an id that comes several times the first decides; the others are dead as its repetitions.
                if (first && reason != null) {
                    mapper.insertUpdate(row(update, "DEAD", cut(reason)));
                }
            }
        });
    }

    @Override
    public CompletableFuture<Outcome> apply(long term, UpdateBatch batch) {
        return CompletableFuture.supplyAsync(() -> applyNow(term, batch), executor);
    }

    private Outcome applyNow(long term, UpdateBatch batch) {
        try {
            return transactions.call(session -> {
                StockUpdateMapper mapper = session.getMapper(StockUpdateMapper.class);
                LeaderTerm.check(session, term);
                if (mapper.move(batch.queue(), batch.from(), batch.to()) == 0) {
                    return new Outcome.Moved();
                }
                Outcome outcome = new Application(mapper, batch, slots).run();
                if (outcome instanceof Outcome.Dead) {
                    session.rollback(true);
                }
                return outcome;
            });
        } catch (PersistenceException e) {
            SqlFault fault = SqlFault.of(e);
            if (fault == SqlFault.CONSTRAINT || fault == SqlFault.DUPLICATE_KEY) {
                return new Outcome.Refused(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private <T> CompletableFuture<T> inTransaction(Function<StockUpdateMapper, T> use) {
        return CompletableFuture.supplyAsync(
                () -> transactions.call(session -> use.apply(session.getMapper(StockUpdateMapper.class))), executor);
    }

    private CompletableFuture<Void> write(long term, Consumer<StockUpdateMapper> use) {
        return CompletableFuture.runAsync(
                () -> transactions.run(session -> {
                    LeaderTerm.check(session, term);
                    use.accept(session.getMapper(StockUpdateMapper.class));
                }),
                executor);
    }

    private static StockUpdateMapper.UpdateRow row(ReadUpdate update, String outcome, @Nullable String reason) {
        if (update instanceof ReadUpdate.Valid valid) {
            StockUpdate content = valid.update();
            return new StockUpdateMapper.UpdateRow(
                    content.updateId(),
                    content.sku(),
                    content.kind().name(),
                    content.units(),
                    update.print(),
                    outcome,
                    reason,
                    content.request());
        }
        return new StockUpdateMapper.UpdateRow(
                update.updateId(), null, null, null, update.print(), outcome, reason, null);
    }

    private static String cut(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
    }

    /** One batch in its transaction. */
    private static final class Application {
        /** A SKU whose row is locked, with what the batch changes of it. */
        private static final class Change {
            final StockUpdateMapper.StockRow row;
            long inventory;
            long received;
            long writtenOff;
            long sold;

            Change(StockUpdateMapper.StockRow row) {
                this.row = row;
            }
        }

        private final StockUpdateMapper mapper;
        private final UpdateBatch batch;
        private final LongToIntFunction slotsFor;
        private final Map<String, StockUpdateMapper.UpdateRow> known = new HashMap<>();
        private final Map<Sku, Change> changes = new HashMap<>();
        private final Deeds deeds;
        // SKUs that this batch makes known, before it has come to the update that does.
        private final Set<Sku> unborn = new HashSet<>();
        private final List<StockUpdateMapper.UpdateRow> applied = new ArrayList<>();
        private final Map<Integer, String> dead = new TreeMap<>();
        private final Map<Sku, Integer> numbers = new HashMap<>();
        private int repeated;

        Application(StockUpdateMapper mapper, UpdateBatch batch, LongToIntFunction slotsFor) {
            this.mapper = mapper;
            this.batch = batch;
            this.slotsFor = slotsFor;
            deeds = new Deeds(mapper);
        }

        Outcome run() {
            List<StockUpdate> alive = new ArrayList<>();
            for (int i = 0; i < batch.updates().size(); i++) {
                if (!batch.dead().containsKey(i) && batch.updates().get(i) instanceof ReadUpdate.Valid valid) {
                    alive.add(valid.update());
                }
            }
            if (!alive.isEmpty()) {
                mapper.updates(alive.stream().map(StockUpdate::updateId).toList())
                        .forEach(row -> known.put(row.updateId(), row));
                lockSkus(alive);
            }
            for (int i = 0; i < batch.updates().size(); i++) {
                if (!batch.dead().containsKey(i) && batch.updates().get(i) instanceof ReadUpdate.Valid valid) {
                    String reason = apply(valid);
                    if (reason != null) {
                        dead.put(i, reason);
                    }
                }
            }
            if (!dead.isEmpty()) {
                return new Outcome.Dead(dead);
            }
            return new Outcome.Applied(applied.size(), repeated, write());
        }

        private void lockSkus(List<StockUpdate> alive) {
            Map<Sku, Integer> slots = new TreeMap<>();
            Set<Sku> skus = new HashSet<>();
            for (StockUpdate update : alive) {
                skus.add(update.sku());
                if (update.kind() == StockUpdate.Kind.RESTOCK && !known.containsKey(update.updateId())) {
                    slots.putIfAbsent(
                            update.sku(), update.slots() == 0 ? slotsFor.applyAsInt(update.units()) : update.slots());
                }
            }
            List<Integer> ids = new ArrayList<>();
            for (StockUpdateMapper.NumberRow row : mapper.numbers(skus)) {
                slots.remove(row.sku());
                ids.add(row.id());
                numbers.put(row.sku(), row.id());
            }
            if (!slots.isEmpty()) {
                slots.forEach(mapper::enterSku);
                unborn.addAll(slots.keySet());
                mapper.numbers(slots.keySet()).forEach(row -> ids.add(row.id()));
            }
            if (!ids.isEmpty()) {
                lockDeeds(alive);
                mapper.lock(ids).forEach(row -> changes.put(row.sku(), new Change(row)));
            }
        }

        /** As settlement does: the ledger before the SKUs. */
        private void lockDeeds(List<StockUpdate> alive) {
            Map<Integer, List<StockUpdate>> bySku = new TreeMap<>();
            for (StockUpdate update : alive) {
                Integer id = numbers.get(update.sku());
                if (id != null && update.kind().isOfDeduction() && !known.containsKey(update.updateId())) {
                    bySku.computeIfAbsent(id, sku -> new ArrayList<>()).add(update);
                }
            }
            bySku.forEach(deeds::lock);
        }

        /** Why it can't be applied; null if it is. */
        private @Nullable String apply(ReadUpdate.Valid valid) {
            StockUpdate update = valid.update();
            StockUpdateMapper.UpdateRow before = known.get(update.updateId());
            if (before != null) {
                return repeat(valid, before);
            }
            Change change = changes.get(update.sku());
            if (update.kind() == StockUpdate.Kind.RESTOCK) {
                unborn.remove(update.sku());
            }
            if (change == null || unborn.contains(update.sku())) {
                return "sku: '" + update.sku() + "' (expected: one that was restocked before)";
            }
            if (update.kind().isOfDeduction()) {
                return applyToDeduction(valid, change);
            }
            long units = update.units();
            long inventory = change.row.inventory() + change.inventory;
            if (units < -inventory) {
                return "units: " + units + " of " + update.sku() + " (expected: " + -inventory
                        + " or more, the inventory; partitions hold another " + change.row.pool() + ")";
            }
            change.inventory += units;
            if (units > 0) {
                change.received += units;
            } else {
                change.writtenOff -= units;
            }
            enter(valid);
            return null;
        }

        private @Nullable String applyToDeduction(ReadUpdate.Valid valid, Change change) {
            StockUpdate update = valid.update();
            Deeds.Deed deed = deeds.of(change.row.id(), update);
            boolean releases = update.kind() == StockUpdate.Kind.RELEASE;
            Deeds.State wanted = releases ? Deeds.State.RELEASED : Deeds.State.CONFIRMED;
            Deeds.State against = releases ? Deeds.State.CONFIRMED : Deeds.State.RELEASED;
            if (deed.state() == against) {
                return "requestId: '" + update.request() + "' of " + update.sku() + " (expected: one that is not "
                        + (releases ? "confirmed" : "released") + " already)";
            }
            if (deed.state() != wanted && releases) {
                change.inventory += deed.quantity();
                change.sold -= deed.quantity();
            }
            deed.become(wanted, update.updateId());
            enter(valid);
            return null;
        }

        private void enter(ReadUpdate.Valid valid) {
            StockUpdateMapper.UpdateRow row = row(valid, "APPLIED", null);
            known.put(row.updateId(), row);
            applied.add(row);
        }

        private @Nullable String repeat(ReadUpdate.Valid valid, StockUpdateMapper.UpdateRow before) {
            if (before.print() != valid.print()) {
                return "updateId: '" + before.updateId() + "' (expected: another one; it was used for another update)";
            }
            if (before.outcome().equals("DEAD")) {
                return String.valueOf(before.reason());
            }
            repeated++;
            return null;
        }

        private Set<Sku> write() {
            deeds.write();
            if (!applied.isEmpty()) {
                mapper.insertUpdates(applied);
            }
            Set<Sku> changed = new HashSet<>();
            Map<Integer, Change> byId = new TreeMap<>();
            changes.values().forEach(change -> byId.put(change.row.id(), change));
            for (Change change : byId.values()) {
                if (change.received != 0 || change.writtenOff != 0 || change.sold != 0) {
                    mapper.change(change.row.id(), change.inventory, change.received, change.writtenOff, change.sold);
                    changed.add(change.row.sku());
                }
            }
            return changed;
        }
    }
}
