// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import io.granary.config.Check;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import org.jspecify.annotations.Nullable;

/**
 * Makes a SKU known. Doing it again does nothing; with other slots it is refused.
 *
 * @param sku its code
 * @param slots how many partitions it shall have, 1 to 1024; null for what suits its first units
 * @param units that will come first, 0 to 10^12: for the number of slots if that is not given. They are not added by this
 * @param paused whether it is not sold until somebody resumes it; null for no
 */
public record SkuCreation(
        String sku,
        @Nullable Integer slots,
        @Nullable Long units,
        @Nullable Boolean paused) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public SkuCreation {
        Check.require(sku != null, "sku", sku, "a code");
        new Sku(sku);
        if (slots != null) {
            Check.range("slots", slots, 1, PartitionId.MAX_SLOTS);
        }
        if (units != null) {
            Check.range("units", units, 0, StockUpdate.MAX_UNITS);
        }
    }
}
