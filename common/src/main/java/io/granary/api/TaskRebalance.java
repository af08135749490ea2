// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * What a task of kind REBALANCE begins.
 *
 * @param kind EVEN, FOLLOW_DEMAND, GATHER, DRAIN, SLOTS, HOME, FREEZE or UNFREEZE
 * @param node DRAIN: the node's configured name
 * @param slots SLOTS: how many there shall be
 */
public record TaskRebalance(
        String kind, @Nullable String node, @Nullable Integer slots) {
    /**
     * @throws IllegalArgumentException if there is no kind
     */
    public TaskRebalance {
        Given.check("rebalance.kind", kind);
    }
}
