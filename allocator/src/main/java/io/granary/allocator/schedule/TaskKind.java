// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

/** What a task does; its name stands in the table {@code task}. */
public enum TaskKind {
    /** Resumes the sale of a SKU; if it says so, some time before it makes sure that its partitions have units. */
    OPEN_SALE,
    /** Grants units of the inventory until the pool of a SKU has so many. */
    TOP_UP,
    /** Begins a rebalance. */
    REBALANCE,
    /** Checks the books against each other. */
    RECONCILE;

    /** Whether it is about one SKU. */
    boolean needsSku() {
        return this == OPEN_SALE || this == TOP_UP;
    }
}
