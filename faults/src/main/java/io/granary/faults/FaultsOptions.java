// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.config.Check;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a fault test is asked to do.
 *
 * @param duration how long faults happen, 1 s to 23 h
 * @param seed of the faults
 * @param sessionTimeout of the services in the registry, 1 s to 1 min
 * @param takeoverPartitions on the node whose takeover is timed, 0 to 10,000; 0 for none
 * @param buyers at a time, 1 to 10,000
 * @param operators whether units are rebalanced and nodes drained meanwhile
 * @param salesBounds whether it fails if sales during faults are over their bounds
 * @param scenario one long outage instead of many faults, without operators, other buyers than the steady ones, and timed takeovers
 */
record FaultsOptions(
        Duration duration,
        long seed,
        Duration sessionTimeout,
        int takeoverPartitions,
        int buyers,
        boolean operators,
        boolean salesBounds,
        @Nullable Scenario scenario) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    FaultsOptions {
        Check.range("duration", duration, Duration.ofSeconds(1), Duration.ofHours(23));
        Check.range("session-timeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(1));
        Check.range("takeover", takeoverPartitions, 0, 10_000);
        Check.range("buyers", buyers, 1, 10_000);
    }
}
