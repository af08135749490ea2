// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Decision;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import io.granary.model.Sku;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of what operators want, as what they mean. */
final class Rebalances {
    private Rebalances() {}

    static Map<Long, Rebalance> load(RebalanceMapper mapper, Collection<Long> ids) {
        Map<Long, List<Move>> moves = new HashMap<>();
        for (RebalanceMapper.MoveRow row : mapper.moves(ids)) {
            moves.computeIfAbsent(row.rebalanceId(), id -> new ArrayList<>()).add(move(row));
        }
        Map<Long, Rebalance> rebalances = new HashMap<>();
        for (RebalanceMapper.OpenRow row : mapper.open(ids)) {
            RebalanceKind kind = RebalanceKind.valueOf(row.kind());
            Integer slots = row.slots();
            int slot = kind == RebalanceKind.GATHER && slots != null ? slots : Decision.NO_TARGET;
            rebalances.put(
                    row.id(),
                    new Rebalance(
                            row.id(),
                            kind,
                            RebalanceState.valueOf(row.state()),
                            slot,
                            moves.getOrDefault(row.id(), List.of())));
        }
        return rebalances;
    }

    /** As it is shown. */
    static RebalanceView view(RebalanceMapper mapper, RebalanceMapper.RebalanceRow row) {
        Wish wish = row.wish();
        String node = row.node();
        Sku sku = row.sku();
        return new RebalanceView(
                row.id(),
                row.kind(),
                row.state(),
                sku == null ? null : sku.code(),
                node,
                wish.slots(),
                wish.slot(),
                row.reason(),
                row.who(),
                row.created().toInstant(ZoneOffset.UTC),
                row.changed().toInstant(ZoneOffset.UTC),
                row.moves(),
                row.units(),
                row.moved(),
                row.partitions(),
                node == null ? null : mapper.ownedPartitions(node));
    }

    static Move move(RebalanceMapper.MoveRow row) {
        Long base = row.base();
        return new Move(
                row.number(),
                place(row.fromSlot()),
                place(row.toSlot()),
                row.units(),
                row.why(),
                base == null ? Move.NOT_BEGUN : base,
                row.returnTo(),
                row.moved(),
                row.isOver());
    }

    private static int place(@Nullable Integer slot) {
        return slot == null ? Move.INVENTORY : slot;
    }

    static SkuPlan plan(
            @Nullable Long firstUnits,
            @Nullable Long horizonMillis,
            @Nullable Long lowWatermark,
            @Nullable Long ceilingUnits,
            @Nullable Integer ceilingPercent) {
        boolean none = firstUnits == null
                && horizonMillis == null
                && lowWatermark == null
                && ceilingUnits == null
                && ceilingPercent == null;
        return none
                ? SkuPlan.NONE
                : new SkuPlan(
                        firstUnits,
                        horizonMillis == null ? null : Duration.ofMillis(horizonMillis),
                        lowWatermark,
                        ceilingUnits,
                        ceilingPercent);
    }
}
