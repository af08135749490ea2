// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import io.granary.config.Check;

/**
 * The decision on a halted partition.
 *
 * @param consumed units that have left it and that the books don't know: they are written off, 0 or more
 * @param reason for the records, 1 to 400 characters
 */
public record RepairRequest(long consumed, String reason) {
    private static final int MOST_REASON = 400;

    /**
     * @throws IllegalArgumentException if nothing can be meant by it
     */
    public RepairRequest {
        Check.range("consumed", consumed, 0, Long.MAX_VALUE);
        checkReason(reason);
    }

    static void checkReason(String reason) {
        Check.require(
                reason != null && !reason.isBlank() && reason.length() <= MOST_REASON,
                "reason",
                reason,
                "1 to " + MOST_REASON + " characters");
    }
}
