// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import java.util.EnumSet;
import java.util.Set;

/** What can be measured alone. */
enum Part {
    /** Granary in the race. */
    GRANARY,
    /** Redis in the race. */
    REDIS,
    /** MariaDB in the race. */
    MARIADB,
    /** What the machine can do: flushes, round trips, sends. */
    BARE,
    /** Settlement, and what it costs. */
    SETTLEMENT,
    /** Latency at half the load, by the clock. */
    HALF,
    /** More partitions, products, nodes. */
    FLAT,
    /** What is remembered. */
    MEMORY,
    /** Many partitions opened, and a takeover. */
    CONTROL,
    /** The parts, under JMH. */
    PARTS;

    /** All that is measured if nobody says what. */
    static Set<Part> of(boolean quick) {
        // Code that has just begun is slow: what flat cost is shows only after minutes.
        return quick ? EnumSet.complementOf(EnumSet.of(FLAT, PARTS)) : EnumSet.allOf(Part.class);
    }

    /** Whether it needs all of Granary. */
    boolean needsCluster() {
        return switch (this) {
            case GRANARY, BARE, SETTLEMENT, HALF, FLAT, CONTROL -> true;
            case REDIS, MARIADB, MEMORY, PARTS -> false;
        };
    }
}
