// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.LedgerView;
import io.granary.api.RebalanceView;
import io.granary.api.SkuDetail;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import io.granary.api.StockUpdateView;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The books as the API shows them. Thread-safe; blocks its caller. */
public final class SqlViews {
    private static final int ALARMS = 10;
    private static final int CONFLICTS = 100;

    private final TransactionRunner transactions;

    public SqlViews(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /**
     * A page of all SKUs.
     *
     * @param after the code before the first one; empty for the first page
     * @param limit at least 1
     */
    public SkuPage skus(String after, int limit) {
        List<SkuView> found = transactions.snapshot(
                session -> session.getMapper(ViewMapper.class).skus(after, limit + 1));
        if (found.size() <= limit) {
            return new SkuPage(found, null);
        }
        List<SkuView> page = found.subList(0, limit);
        return new SkuPage(page, page.get(limit - 1).sku());
    }

    /** A SKU, if there is such a one. */
    public Optional<SkuDetail> sku(Sku sku) {
        return transactions.snapshot(session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            return Optional.ofNullable(mapper.sku(sku)).map(view -> new SkuDetail(view, mapper.partitions(sku)));
        });
    }

    /** Rebalances that are planned or run, newest first, at most so many. */
    public List<RebalanceView> openRebalances(int limit) {
        return transactions.snapshot(session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            return mapper.openOnes(limit).stream()
                    .map(row -> Rebalances.view(mapper, row))
                    .toList();
        });
    }

    /** Lanes at which settlement has stopped, with why; the first ones. */
    public List<String> alarms() {
        return transactions
                .snapshot(session -> session.getMapper(ViewMapper.class).alarms(ALARMS))
                .stream()
                .map(row -> "lane " + row.lane() + ": " + row.alarm())
                .toList();
    }

    /**
     * Partitions that are halted.
     *
     * @param partitions how many
     * @param first the first ones, with what is locked in them and why
     */
    public record Halts(int partitions, List<String> first) {
        public Halts {
            first = List.copyOf(first);
        }
    }

    /** Partitions that are halted. */
    public Halts halts() {
        return transactions.snapshot(session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            List<String> first = mapper.halts(ALARMS).stream()
                    .map(row -> row.sku() + "/" + row.slot() + ": halted, " + row.held() + " units are locked: "
                            + row.reason())
                    .toList();
            return new Halts(first.size() < ALARMS ? first.size() : mapper.haltedPartitions(), first);
        });
    }

    /** What the ledger says of a request of a SKU, if there is such a SKU. */
    public Optional<LedgerView> ledger(Sku sku, RequestId id) {
        return transactions.snapshot(session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            if (mapper.sku(sku) == null) {
                return Optional.empty();
            }
            ViewMapper.DeductionRow row = mapper.deduction(sku, id);
            return Optional.of(new LedgerView(
                    sku.code(),
                    id.toString(),
                    row == null ? null : entry(row),
                    mapper.conflicts(sku, id, CONFLICTS).stream()
                            .map(SqlViews::conflict)
                            .toList()));
        });
    }

    private static LedgerView.Entry entry(ViewMapper.DeductionRow row) {
        LedgerView.State state = switch (row.state()) {
            case 1 -> LedgerView.State.LIVE;
            case 2 -> LedgerView.State.RELEASED;
            case 3 -> LedgerView.State.CONFIRMED;
            default -> throw new IllegalStateException("state: " + row.state() + " (expected: 1 to 3)");
        };
        return new LedgerView.Entry(state, row.quantity(), row.slot(), row.epoch(), Instant.ofEpochMilli(row.time()));
    }

    private static LedgerView.Conflict conflict(ViewMapper.ConflictRow row) {
        return new LedgerView.Conflict(
                row.firstQuantity(), row.quantity(), row.slot(), row.epoch(), Instant.ofEpochMilli(row.time()));
    }

    /** A SKU with the live units that the ledger has of it. */
    public record Counted(SkuDetail detail, long ledger) {}

    /** A SKU as at one moment, its ledger counted, if there is such a one. Takes as long as the ledger is large. */
    public Optional<Counted> counted(Sku sku) {
        return transactions.snapshot(session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            return Optional.ofNullable(mapper.sku(sku))
                    .map(view -> new Counted(new SkuDetail(view, mapper.partitions(sku)), mapper.ledger(sku)));
        });
    }

    /** What became of a stock update. */
    public StockUpdateView stockUpdate(String updateId) {
        return transactions
                .snapshot(session ->
                        Optional.ofNullable(session.getMapper(ViewMapper.class).stockUpdate(updateId)))
                .map(row -> new StockUpdateView(
                        updateId,
                        StockUpdateView.Outcome.valueOf(row.outcome()),
                        row.sku(),
                        row.kind(),
                        row.units(),
                        row.reason(),
                        Instant.ofEpochMilli(row.millis())))
                .orElseGet(() ->
                        new StockUpdateView(updateId, StockUpdateView.Outcome.PENDING, null, null, null, null, null));
    }
}
