// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** A SKU and its partitions, as at one moment; the partitions in the order of their slots. */
public record SkuDetail(SkuView sku, List<PartitionView> partitions) {
    public SkuDetail {
        partitions = List.copyOf(partitions);
    }
}
