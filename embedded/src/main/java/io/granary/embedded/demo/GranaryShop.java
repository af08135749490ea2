// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.client.ClosedClientException;
import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import io.granary.embedded.StockFeed;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Granary, as its customers see it. Thread-safe. */
final class GranaryShop implements Shop {
    private final GranaryClient client;
    private final StockFeed updates;
    private final Duration deadline;

    /**
     * @param deadline of each call
     */
    GranaryShop(GranaryClient client, StockFeed updates, Duration deadline) {
        this.client = client;
        this.updates = updates;
        this.deadline = deadline;
    }

    @Override
    public CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity) {
        try {
            return client.deduct(sku, id, quantity, deadline).thenApply(GranaryShop::told);
        } catch (ClosedClientException e) {
            return CompletableFuture.completedFuture(Told.UNAVAILABLE);
        }
    }

    private static Told told(DeductionResult result) {
        return switch (result.outcome()) {
            case DEDUCTED -> Told.DEDUCTED;
            case CONFLICT -> Told.CONFLICT;
            case UNKNOWN -> Told.UNKNOWN;
            case NO_SUCH_SKU -> Told.NO_SUCH_SKU;
            case SOLD_OUT -> Told.SOLD_OUT;
            // Only a refusal that says how much is left is a last word: else units may have been on their way.
            case INSUFFICIENT -> {
                if (result.detail() == DeductionResult.NOT_KNOWN) {
                    yield Told.UNAVAILABLE;
                }
                yield result.detail() == 0 ? Told.SOLD_OUT : Told.INSUFFICIENT;
            }
            case THROTTLED -> Told.THROTTLED;
            case UNAVAILABLE -> Told.UNAVAILABLE;
        };
    }

    @Override
    public CompletableFuture<Told> restock(String updateId, Sku sku, long units) {
        return updates.restock(updateId, sku, units).thenApply(stored -> stored ? Told.RESTOCKED : Told.FAILED);
    }
}
