// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.time.Duration;

/**
 * How far back a takeover reads request ids: to the newer of the two. Older retries are caught by the ledger.
 *
 * @param age at least this long, 1 s to 7 days
 * @param ids or so many ids in a lane, 1 to 100,000,000
 */
public record IdWindow(Duration age, long ids) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public IdWindow {
        if (age.compareTo(Duration.ofSeconds(1)) < 0 || age.compareTo(Duration.ofDays(7)) > 0) {
            throw new IllegalArgumentException("age: " + age + " (expected: 1 s to 7 days)");
        }
        if (ids < 1 || ids > 100_000_000) {
            throw new IllegalArgumentException("ids: " + ids + " (expected: 1 to 100000000)");
        }
    }
}
