// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.allocator.allocation.Rebalance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a task of kind REBALANCE begins: as an operator would.
 *
 * @param node DRAIN: the node's configured name; else null
 * @param slots SLOTS: how many there shall be; else 0
 */
public record RebalanceWish(Rebalance.Kind kind, @Nullable String node, int slots) {
    /**
     * With the kind by its name.
     *
     * @throws IllegalArgumentException if there is no such kind
     */
    public static RebalanceWish of(String kind, @Nullable String node, int slots) {
        for (Rebalance.Kind known : Rebalance.Kind.values()) {
            if (known.name().equals(kind)) {
                return new RebalanceWish(known, node, slots);
            }
        }
        throw new IllegalArgumentException(
                "rebalance: '" + kind + "' (expected: one of " + Arrays.toString(Rebalance.Kind.values()) + ")");
    }
}
