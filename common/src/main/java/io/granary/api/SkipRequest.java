// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import io.granary.config.Check;

/**
 * The decision to pass over a record that nobody can read.
 *
 * @param print of the record that is meant, as it was shown
 * @param reason for the records, 1 to 400 characters
 */
public record SkipRequest(String print, String reason) {
    /**
     * @throws IllegalArgumentException if nothing can be meant by it
     */
    public SkipRequest {
        Check.require(
                print != null && print.matches("[0-9a-f]{16}"), "print", print, "16 hexadecimal digits, as shown");
        RepairRequest.checkReason(reason);
    }
}
