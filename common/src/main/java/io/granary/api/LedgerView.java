// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says of a request.
 *
 * @param requestId 32 hexadecimal digits; of a key, its hash as the client library makes it
 * @param entry the deduction; null if there is none: it was not sold, or has not settled yet
 * @param conflicts the same request id with other quantities, which were refused; the first ones
 */
public record LedgerView(
        String sku, String requestId, @Nullable Entry entry, List<Conflict> conflicts) {
    public LedgerView {
        conflicts = List.copyOf(conflicts);
    }

    /** Whether its units are still sold. */
    public enum State {
        LIVE,
        /** The order was cancelled. */
        RELEASED,
        CONFIRMED
    }

    /**
     * A deduction.
     *
     * @param time when the node took the units
     */
    public record Entry(State state, int quantity, int slot, long epoch, Instant time) {}

    /** A quantity that came second. */
    public record Conflict(int firstQuantity, int quantity, int slot, long epoch, Instant time) {}
}
