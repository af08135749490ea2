// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.config.Check;
import org.jspecify.annotations.Nullable;

/**
 * What a task of kind REBALANCE begins: as an operator would.
 *
 * @param kind the kind of the rebalance, by its name
 * @param node DRAIN: the node's configured name; else null
 * @param slots SLOTS: how many there shall be; else 0
 */
public record RebalanceWish(String kind, @Nullable String node, int slots) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RebalanceWish {
        Check.require(kind.matches("[A-Z_]{1,16}"), "rebalance", kind, "the kind of a rebalance, such as EVEN");
    }
}
