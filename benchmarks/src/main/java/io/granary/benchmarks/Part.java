// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

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

    /** Whether it needs all of Granary. */
    boolean needsCluster() {
        return switch (this) {
            case GRANARY, BARE, SETTLEMENT, HALF, FLAT, CONTROL -> true;
            case REDIS, MARIADB, MEMORY, PARTS -> false;
        };
    }
}
