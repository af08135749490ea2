// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether all books add up. Halted partitions and stopped lanes do not.
 *
 * @param ok whether there is no drift
 * @param millis how long it took
 */
public record Reconciliation(boolean ok, long millis, List<Drift> drifts) {
    public Reconciliation {
        drifts = List.copyOf(drifts);
    }

    /**
     * Two figures that should be the same.
     *
     * @param sku null if it is about all SKUs of a lane
     * @param what an equation: {@code left} is the figure on its left side
     */
    public record Drift(@Nullable String sku, String what, long left, long right) {}
}
