// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.config.Check;
import java.time.Duration;

/**
 * What the books forget; {@code reference.conf} says what each setting means. Immutable.
 *
 * @param history how long it is kept who did what, and rebalances that are over with their moves, 1 h to 10 years
 * @param pause how often what is older is removed, 100 ms to 1 day
 */
public record RetentionSettings(Duration history, Duration pause) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetentionSettings {
        Check.range("retention.history", history, Duration.ofHours(1), Duration.ofDays(3_652));
        Check.range("retention.pause", pause, Duration.ofMillis(100), Duration.ofDays(1));
    }
}
