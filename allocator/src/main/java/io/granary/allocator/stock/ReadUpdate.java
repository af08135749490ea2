// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import io.granary.stock.StockUpdate;

/** What a message of the topic of stock updates says. */
public sealed interface ReadUpdate {
    /** The id that the books know it by; empty if it has none that can be used. */
    String updateId();

    /** Tells contents apart: an id that comes again with another print was used for two updates. */
    long print();

    /** An update that may be tried. */
    record Valid(StockUpdate update, long print) implements ReadUpdate {
        @Override
        public String updateId() {
            return update.updateId();
        }
    }

    /**
     * A message that can't be an update.
     *
     * @param reason {@code field: value (expected: …)}
     */
    record Malformed(String updateId, String reason, long print) implements ReadUpdate {}
}
