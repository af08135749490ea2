// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.Sku;
import org.jspecify.annotations.Nullable;

/**
 * Two figures that should be the same.
 *
 * @param sku null if it is about all SKUs of a lane
 * @param what which, as an equation: the first figure is its left side
 */
public record Drift(@Nullable Sku sku, String what, long left, long right) {
    @Override
    public String toString() {
        return (sku == null ? "" : sku + ": ") + what + ": " + left + " and " + right;
    }
}
