// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/**
 * How a SKU went lately, as far as the leader remembers.
 *
 * @param points oldest first, each as [time in ms since 1970, inventory, pool, sold, units sold per second]
 */
public record SkuHistory(String sku, List<List<Object>> points) {
    public SkuHistory {
        points = List.copyOf(points);
    }
}
