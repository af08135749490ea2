// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

/**
 * A SKU as it stands in the books. Units, as settled.
 *
 * @param state what of it is known to buyers
 * @param frozen whether an operator wants no unit of it to be moved between inventory and partitions
 * @param slots how many partitions it shall have
 * @param inventory what no partition holds
 * @param pool what partitions hold
 * @param actual what can still be sold: inventory and pool
 * @param received all units ever added
 * @param sold live units in the ledger
 * @param writtenOff units taken away by corrections of the count
 */
public record SkuView(
        String sku,
        State state,
        boolean frozen,
        int slots,
        long inventory,
        long pool,
        long actual,
        long received,
        long sold,
        long writtenOff) {
    /** Whether it is sold. */
    public enum State {
        SELLING,
        /** An operator has stopped its sale: callers wait, and hear UNAVAILABLE at their deadline. */
        PAUSED,
        SOLD_OUT
    }
}
