// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to sell, and how. Immutable.
 *
 * @param orders order lines to replay; null for a generated sale
 * @param sale what is generated, if nothing is replayed
 * @param stockPercent of its demand that a SKU starts with, 1 to 1,000
 * @param callers 1 to 60,000 at a time
 * @param warmUp requests for SKUs of their own before the measured part, 0 to 10,000,000
 * @param patience how long callers go on asking, and how long settlement may take
 */
record DemoOptions(
        @Nullable Path orders,
        OrderLines.Columns columns,
        GeneratedSale sale,
        int stockPercent,
        int callers,
        int warmUp,
        Duration deadline,
        Duration patience) {
    DemoOptions {
        range("--stock", stockPercent, 1, 1_000);
        range("--callers", callers, 1, 60_000);
        range("--warm-up", warmUp, 0, 10_000_000);
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + min + " to " + max + ")");
        }
    }
}
