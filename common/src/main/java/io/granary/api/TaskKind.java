// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/** What a task does. */
public enum TaskKind {
    /** Resumes the sale of a SKU; some time before it makes sure that its partitions have units. */
    OPEN_SALE,
    /** Grants units of the inventory until the pool of a SKU has so many. */
    TOP_UP,
    /** Begins a rebalance. */
    REBALANCE,
    /** Checks the books against each other. */
    RECONCILE
}
