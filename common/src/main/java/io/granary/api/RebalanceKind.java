// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/** What an operator may want of units and slots. */
public enum RebalanceKind {
    /** All open slots of a SKU get about the same number of units. */
    EVEN,
    /** The slots of a SKU get units by their recent rates. */
    FOLLOW_DEMAND,
    /** One slot of a SKU gets all its units, also those of the inventory. */
    GATHER,
    /** A node's partitions get other owners, and it gets no new ones. */
    DRAIN,
    /** A SKU gets more slots, or fewer. */
    SLOTS,
    /** All units of a SKU go to the inventory, and stay there: it is frozen. */
    HOME,
    /** No unit of a SKU is moved any more. */
    FREEZE,
    /** Units of a SKU may be moved again. */
    UNFREEZE
}
