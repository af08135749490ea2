// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/** What to do for one slot of a SKU. */
public sealed interface Action {
    int slot();

    /** Units from the inventory to the slot. */
    record Give(int slot, long units, Grant.Reason reason) implements Action {}

    /** Units from the slot to the inventory: its owner gives back until this running total, as far as it has units. */
    record TakeBack(int slot, long returnTo) implements Action {}

    /** The slot's owner is told how many units of the SKU can be sold at most, anywhere. */
    record Ceiling(int slot, long units) implements Action {}
}
