// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import java.util.Comparator;

/**
 * A deduction on its way into the ledger.
 *
 * @param skuId the SKU's number in the books
 * @param high the request id's first 64 bits
 * @param low the request id's last 64 bits
 */
public record LedgerRow(int skuId, long high, long low, int quantity, Origin origin) {
    /**
     * What the deductions of one section have in common.
     *
     * @param timeMillis when the node formed its record, ms since 1970
     */
    public record Origin(int slot, long epoch, long timeMillis) {}

    /** The order of the ledger's primary key: all who insert in it lock in the same order. */
    public static final Comparator<LedgerRow> KEY_ORDER = (a, b) -> {
        int bySku = Integer.compareUnsigned(a.skuId, b.skuId);
        if (bySku != 0) {
            return bySku;
        }
        int byHigh = Long.compareUnsigned(a.high, b.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(a.low, b.low);
    };
}
