// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.RequestId;
import java.util.List;
import java.util.Map;

/**
 * What MySQL says, as it stands: read by SQL, by nobody else's code.
 *
 * @param skus by code
 * @param deadUpdates how many stock updates were refused
 * @param conflicts how many deductions came again with another quantity
 */
record Books(Map<String, SkuRow> skus, List<LedgerRow> ledger, long deadUpdates, long conflicts) {
    static final long NEVER = Long.MIN_VALUE;

    /**
     * A SKU.
     *
     * @param held the units that its partitions hold together: granted - consumed - returned
     * @param ledger the units of its live deductions together
     * @param lastRestock when its last restock was applied, in µs since 1970; {@link #NEVER} if none was
     */
    record SkuRow(
            long inventory,
            long pool,
            long actual,
            long received,
            long sold,
            long writtenOff,
            long held,
            long ledger,
            long lastRestock) {}

    /** A deduction. */
    record LedgerRow(String sku, RequestId id, int quantity) {}
}
