// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A rebalance that was applied.
 *
 * @param sku of every kind but DRAIN
 * @param node of DRAIN
 * @param slots of SLOTS: how many there shall be
 * @param slot of GATHER: where; null: where the most were
 * @param reason why it is in this state; null if there is nothing to say
 * @param who applied it
 * @param created when
 * @param changed when it was last touched
 * @param moveCount how many moves it has; 0 while it is planned
 * @param units that they move, in all
 * @param moved units that have arrived
 * @param partitions of DRAIN: how many the node owned when it was applied
 * @param partitionsLeft of DRAIN: how many it owns now
 */
public record RebalanceView(
        long id,
        RebalanceKind kind,
        RebalanceState state,
        @Nullable String sku,
        @Nullable String node,
        @Nullable Integer slots,
        @Nullable Integer slot,
        @Nullable String reason,
        String who,
        Instant created,
        Instant changed,
        int moveCount,
        long units,
        long moved,
        @Nullable Integer partitions,
        @Nullable Integer partitionsLeft) {}
