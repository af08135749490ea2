// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import io.granary.config.Check;
import io.granary.model.PartitionId;
import io.granary.stock.StockUpdate;
import org.jspecify.annotations.Nullable;

/**
 * Units to go from the inventory of a SKU to its partitions now.
 *
 * @param units 1 to 10^12
 * @param slot the partition that gets them; null for all that are open, evenly
 */
public record AllocationOrder(long units, @Nullable Integer slot) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public AllocationOrder {
        Check.range("units", units, 1, StockUpdate.MAX_UNITS);
        if (slot != null) {
            Check.range("slot", slot, 0, PartitionId.MAX_SLOTS - 1);
        }
    }
}
