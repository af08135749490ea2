// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import com.google.common.collect.ImmutableMap;
import io.granary.model.Sku;
import java.util.List;
import java.util.Map;

/**
 * What the books know of what a batch speaks of. What is not here, they don't know.
 *
 * @param skuIds the numbers of the SKUs in the books
 * @param epochs the ownerships that were given in this lane
 */
public record LaneBooks(Map<Sku, Integer> skuIds, List<KnownEpoch> epochs) {
    /**
     * An ownership as settled.
     *
     * @param seq the last section that was applied
     * @param fenced its end has been applied
     * @param halted a seq jumped, or a section broke the books: nothing after the last one counts
     */
    public record KnownEpoch(EpochKey key, long seq, boolean fenced, boolean halted) {}

    public LaneBooks {
        skuIds = ImmutableMap.copyOf(skuIds);
        epochs = List.copyOf(epochs);
    }
}
