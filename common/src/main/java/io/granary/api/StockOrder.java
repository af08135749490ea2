// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import io.granary.config.Check;
import io.granary.stock.StockUpdate;

/**
 * A change of the stock of a SKU.
 *
 * @param updateId names it, for ever: sent again it is applied once. 1 to 128 visible ASCII characters
 * @param units restock: 1 to 10^12 that came. adjust: by how many the count was wrong, not 0, negative if there are fewer
 */
public record StockOrder(String updateId, long units) {
    /**
     * @throws IllegalArgumentException if no update can have this id
     */
    public StockOrder {
        Check.require(
                updateId != null,
                "updateId",
                updateId,
                "1 to " + StockUpdate.MAX_ID_LENGTH + " visible ASCII characters");
        StockUpdate.checkId(updateId);
    }
}
