// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.GivenLane;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LaneMark;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A rebalance that takes what it asks a slot to give back for what has come back: it is in the inventory at once, to be
 * granted to another slot, and is not counted a second time when it settles.
 */
final class BuggyMoves {
    private record Slot(int skuId, int slot) {}

    private final Books books;
    /** Units that were counted before they came. */
    private final Map<Slot, Long> ahead = new HashMap<>();

    BuggyMoves(Books books) {
        this.books = books;
    }

    AllocationStore asking(AllocationStore store) {
        return new AllocationStore() {
            @Override
            public long takeTerm(String leader) {
                return store.takeTerm(leader);
            }

            @Override
            public void checkTerm(long term) {
                store.checkTerm(term);
            }

            @Override
            public void ensureLanes(int count) {
                store.ensureLanes(count);
            }

            @Override
            public Optional<GivenLane> assignLane(long term, String incarnation, Set<String> live) {
                return store.assignLane(term, incarnation, live);
            }

            @Override
            public void refuseLane(long term, String incarnation, int lane, String reason) {
                store.refuseLane(term, incarnation, lane, reason);
            }

            @Override
            public List<SkuBook> load(Collection<Sku> skus) {
                return store.load(skus);
            }

            @Override
            public Page page(int afterId, int limit) {
                return store.page(afterId, limit);
            }

            @Override
            public List<Sku> ownedBy(String incarnation) {
                return store.ownedBy(incarnation);
            }

            @Override
            public List<SkuBook.Changed> apply(long term, List<SkuChange> changes) {
                List<SkuBook.Changed> results = store.apply(term, changes);
                results.forEach(BuggyMoves.this::take);
                return results;
            }

            @Override
            public Drains drains(long term) {
                return store.drains(term);
            }

            @Override
            public TakeoverSnapshot snapshot(Collection<Sku> skus) {
                return store.snapshot(skus);
            }
        };
    }

    private void take(SkuBook.Changed changed) {
        Rebalance.Change rebalance = changed.rebalance();
        if (rebalance != null) {
            for (Rebalance.Step step : rebalance.steps()) {
                Move move = step.after();
                if (move.from() != Move.INVENTORY && move.base() != Move.NOT_BEGUN && !move.over()) {
                    take(changed.book().sku(), move);
                }
            }
        }
    }

    private void take(Sku sku, Move move) {
        PartitionBook from = books.book(sku).partition(move.from());
        long units = Math.min(move.returnTo() - from.returned(), from.held());
        if (units <= 0) {
            return;
        }
        ahead.merge(new Slot(books.idOf(sku), move.from()), units, Long::sum);
        books.intend(sku, book -> {
            List<PartitionBook> partitions = new ArrayList<>(book.partitions());
            partitions.replaceAll(partition -> partition.slot() == move.from() ? given(partition, units) : partition);
            return book.withUnits(book.inventory() + units, book.pool() - units, book.received(), partitions);
        });
    }

    private static PartitionBook given(PartitionBook from, long units) {
        return new PartitionBook(
                from.slot(),
                from.epoch(),
                from.node(),
                from.lane(),
                from.granted(),
                from.consumed(),
                from.returned() + units);
    }

    SettlementStore settling(SettlementStore store) {
        return new BuggyStores.Forwarding(store) {
            @Override
            public CompletableFuture<Outcome> apply(LaneChange change, @Nullable LaneMark mark) {
                return super.apply(withoutThose(change), mark);
            }
        };
    }

    private LaneChange withoutThose(LaneChange change) {
        Map<Integer, Long> known = new HashMap<>();
        List<LaneChange.OfPartition> partitions = change.partitions().stream()
                .map(of -> {
                    Slot slot = new Slot(of.skuId(), of.slot());
                    long early = Math.min(ahead.getOrDefault(slot, 0L), of.returned());
                    ahead.merge(slot, -early, Long::sum);
                    known.merge(of.skuId(), early, Long::sum);
                    return new LaneChange.OfPartition(of.skuId(), of.slot(), of.consumed(), of.returned() - early);
                })
                .toList();
        List<LaneChange.OfSku> skus = change.skus().stream()
                .map(of -> new LaneChange.OfSku(
                        of.sku(), of.skuId(), of.consumed(), of.returned() - known.getOrDefault(of.skuId(), 0L)))
                .toList();
        return new LaneChange(
                change.lane(),
                change.from(),
                change.to(),
                change.tail(),
                change.ids(),
                change.rows(),
                change.repeats(),
                change.epochs(),
                change.fences(),
                partitions,
                skus,
                change.skipped());
    }
}
