// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import java.util.List;

/**
 * What a client knows of a SKU at one moment.
 *
 * @param slots how many slots it has; those that are served now are in {@code partitions}
 * @param partitions of each slot the entry with the highest epoch, ordered by slot
 */
public record SkuView(SkuState state, int slots, List<PartitionEntry> partitions) {
    public SkuView {
        partitions = List.copyOf(partitions);
    }
}
