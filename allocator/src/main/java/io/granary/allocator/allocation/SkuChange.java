// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What shall be written of one SKU, in one transaction: who owns what, then the rebalance, then the other units. */
public record SkuChange(
        int id, Sku sku, List<Assignment> assignments, List<Grant> grants, Rebalance.@Nullable Change rebalance) {
    public SkuChange {
        assignments = List.copyOf(assignments);
        grants = List.copyOf(grants);
    }

    /** Without any rebalance. */
    public SkuChange(int id, Sku sku, List<Assignment> assignments, List<Grant> grants) {
        this(id, sku, assignments, grants, null);
    }

    public boolean isEmpty() {
        return assignments.isEmpty() && grants.isEmpty() && rebalance == null;
    }
}
