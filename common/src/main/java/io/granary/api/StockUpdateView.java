// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a change of stock.
 *
 * @param sku null if that is not known: of one that is pending, or could not be read
 * @param kind RESTOCK or ADJUST; null likewise
 * @param units null likewise
 * @param reason why it is dead; null if it is not
 * @param time when it was decided; null if it is pending
 */
public record StockUpdateView(
        String updateId,
        Outcome outcome,
        @Nullable String sku,
        @Nullable String kind,
        @Nullable Long units,
        @Nullable String reason,
        @Nullable Instant time) {
    /** How far it is. */
    public enum Outcome {
        /** Not applied yet, or never sent. */
        PENDING,
        APPLIED,
        /** It can't be applied, and never will be: the stock is as it was. */
        DEAD
    }
}
