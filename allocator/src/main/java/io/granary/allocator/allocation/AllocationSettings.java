// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.config.Check;
import io.granary.model.PartitionId;
import java.time.Duration;

/**
 * How much to whom.
 *
 * @param horizon a refill is enough for the partition's recent rate over this time; 10 ms to 1 h
 * @param leastHorizon and never less than for this time, or refills could not keep up; 0 to the horizon
 * @param fairness a refill is at most inventory / (fairness × slots), so that what is left shrinks in fair shares and
 *     the tail is not stranded in slow partitions; 1 to 100
 * @param leastUnits but never less than this while there is as much; what would leave less than this in the inventory
 *     takes it all; 1 to 1,000,000,000
 * @param unitsPerSlot a SKU has one slot for so many units received, 1 or more
 * @param mostSlots and at most so many slots, 1 to 1,024
 */
public record AllocationSettings(
        Duration horizon, Duration leastHorizon, int fairness, long leastUnits, long unitsPerSlot, int mostSlots) {
    static final Duration SHORTEST_HORIZON = Duration.ofMillis(10);
    static final Duration LONGEST_HORIZON = Duration.ofHours(1);

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public AllocationSettings {
        Check.range("horizon", horizon, SHORTEST_HORIZON, LONGEST_HORIZON);
        Check.range("least-horizon", leastHorizon, Duration.ZERO, horizon);
        Check.range("fairness", fairness, 1, 100);
        Check.range("least-units", leastUnits, 1, 1_000_000_000);
        Check.range("units-per-slot", unitsPerSlot, 1, Long.MAX_VALUE);
        Check.range("most-slots", mostSlots, 1, PartitionId.MAX_SLOTS);
    }
}
