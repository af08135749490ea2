// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/**
 * Whether all books add up.
 *
 * @param ok whether there is no drift
 * @param millis how long it took
 */
public record Reconciliation(boolean ok, long millis, List<Drift> drifts) {
    public Reconciliation {
        drifts = List.copyOf(drifts);
    }

    /**
     * Two figures of a SKU that should be the same.
     *
     * @param what an equation: {@code left} is the figure on its left side
     */
    public record Drift(String sku, String what, long left, long right) {}
}
