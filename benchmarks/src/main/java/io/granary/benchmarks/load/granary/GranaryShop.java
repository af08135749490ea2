// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load.granary;

import io.granary.benchmarks.load.Shop;
import io.granary.benchmarks.load.Told;
import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;

/** One product of Granary. */
final class GranaryShop implements Shop {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final GranaryClient client;
    private final Sku sku;

    /** @param client stays the caller's */
    GranaryShop(GranaryClient client, Sku sku) {
        this.client = client;
        this.sku = sku;
    }

    @Override
    public void deduct(long high, long low, Caller caller) {
        var unused = client.deduct(sku, new RequestId(high, low), 1, DEADLINE)
                .thenAccept(result -> caller.told(told(result)));
    }

    private static Told told(DeductionResult result) {
        return switch (result.outcome()) {
            case DEDUCTED -> Told.DEDUCTED;
            case UNKNOWN -> Told.UNKNOWN;
            case CONFLICT, NO_SUCH_SKU, SOLD_OUT, INSUFFICIENT, THROTTLED, UNAVAILABLE -> Told.REFUSED;
        };
    }

    @Override
    public void close() {}
}
