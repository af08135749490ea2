// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.model.Sku;

/**
 * Two figures of a SKU that should be the same.
 *
 * @param what which, as an equation: the first figure is its left side
 */
public record Drift(Sku sku, String what, long left, long right) {
    @Override
    public String toString() {
        return sku + ": " + what + ": " + left + " and " + right;
    }
}
