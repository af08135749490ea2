// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.model.Sku;
import java.util.List;

/** What shall be written of one SKU, in one transaction: first who owns what, then the units. */
public record SkuChange(int id, Sku sku, List<Assignment> assignments, List<Grant> grants) {
    public SkuChange {
        assignments = List.copyOf(assignments);
        grants = List.copyOf(grants);
    }

    public boolean isEmpty() {
        return assignments.isEmpty() && grants.isEmpty();
    }
}
