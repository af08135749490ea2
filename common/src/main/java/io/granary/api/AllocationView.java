// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/**
 * Units that went from the inventory to partitions.
 *
 * @param units in all
 * @param inventory what is left
 */
public record AllocationView(String sku, long units, long inventory, List<Granted> grants) {
    public AllocationView {
        grants = List.copyOf(grants);
    }

    /** What one partition got. */
    public record Granted(int slot, long epoch, long units) {}
}
