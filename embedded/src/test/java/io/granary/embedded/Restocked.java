// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;

import io.granary.model.Sku;
import java.time.Duration;

/** Restocks as a shop sends them: again, until the broker confirms. Each is applied once by its id. */
public final class Restocked {
    private Restocked() {}

    /** Returns when the broker has it for good. */
    public static void with(StockFeed feed, String updateId, Sku sku, long units) {
        await().pollDelay(Duration.ZERO)
                .until(() -> feed.restock(updateId, sku, units).join());
    }
}
