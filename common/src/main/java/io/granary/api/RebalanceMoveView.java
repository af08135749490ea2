// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * One move of a rebalance: units from a slot or the inventory to another, or a partition from a node to another.
 *
 * @param number counts the moves, from 0
 * @param fromSlot null: the inventory
 * @param toSlot null: the inventory, or the same slot on another node
 * @param fromNode of DRAIN and LEVEL: the incarnation that loses the slot
 * @param units to be moved; fewer are if buyers are faster
 * @param moved units that have arrived
 * @param over nothing more will be moved
 * @param why for people
 */
public record RebalanceMoveView(
        int number,
        String sku,
        @Nullable Integer fromSlot,
        @Nullable Integer toSlot,
        @Nullable String fromNode,
        long units,
        long moved,
        boolean over,
        String why) {}
