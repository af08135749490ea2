// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * What an operator wants, to be planned or applied, or begun by a task.
 *
 * @param sku of every kind but DRAIN; of a task it may be left out, and is the task's
 * @param node of DRAIN: its configured name
 * @param slots of SLOTS: how many there shall be, 1 to 1024
 * @param slot of GATHER: where; null: where the most are
 */
public record RebalanceRequest(
        RebalanceKind kind,
        @Nullable String sku,
        @Nullable String node,
        @Nullable Integer slots,
        @Nullable Integer slot) {
    /**
     * @throws IllegalArgumentException if no kind is given
     */
    public RebalanceRequest {
        requireKind(kind);
    }

    /** What was read from outside may lack it. */
    private static void requireKind(@Nullable RebalanceKind given) {
        if (given == null) {
            throw new IllegalArgumentException("kind: none (expected: one, such as EVEN)");
        }
    }
}
