// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.concurrent.CompletableFuture;

/** Where the callers of a sale buy. Thread-safe; returns at once. */
interface Shop {
    /** Asks for units. The future never completes exceptionally. */
    CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity);

    /**
     * Announces more units. The future completes with {@link Told#RESTOCKED} as soon as the update is on its way for
     * good, or with {@link Told#FAILED} if that is not known; never exceptionally.
     *
     * @param updateId the same id is applied once, however often it is sent
     */
    CompletableFuture<Told> restock(String updateId, Sku sku, long units);
}
