// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run may meet, or is judged by, beyond the everyday mishaps. Each draws for itself, so that one can be switched on or
 * off and the runs without it stay what they were.
 */
enum Trouble {
    REGISTRY_OUTAGE(0.15, true, "the registry is gone for longer than sessions last; then many expire at once"),
    BROKER_OUTAGE(0.15, true, "the broker is gone for long, or stands still and stores late what came meanwhile"),
    DATABASE_OUTAGE(0.15, true, "the database is gone for long: it refuses at once, or lets wait before"),
    UNREACHABLE_NODE(
            0.15, true, "a node is registered, but for long leader and clients don't reach it, one way or both"),
    STALLED_STREAMS(0.3, true, "streams stall again and again and are given up; what was under way arrives much later"),
    LEFT_ALONE(
            0.4,
            true,
            "a node is registered, and no leader reaches it; those who take over from it lose their sessions"),
    SKEWED_CLOCKS(0.15, true, "each process has a wrong clock of its own, and so has the database"),
    SHORT_MEMORY(0.15, true, "nodes and the id window remember ids for 1 s; no call is refused what it was sold"),
    EXPIRED_RECORDS(
            0.1,
            true,
            "nodes and the id window remember ids for 1 s, and the broker deletes what nobody needs any more"),
    MANY_ORDERS(0.1, true, "an order has room for one partition: a takeover has many of them, and many fences"),
    BUSY_NODES(0.1, true, "nodes answer THROTTLED at times, and clients may have few calls under way"),
    /** Off: waits for gaps and lanes that went back to cost no more than their own partitions. */
    LOST_RECORDS(
            0.1, false, "the broker loses acknowledged records of a lane; others must sell on, and an alarm must tell"),
    SPREAD(0.3, true, "when all is well again, partitions must be spread over the nodes"),
    RUSH(0.05, true, "many buy, and nothing is wrong: nearly all get units"),
    RUSH_WITHOUT_REGISTRY(0.08, true, "many buy while the registry is gone: nearly all get units, none is refused"),
    RUSH_WITHOUT_BROKER(0.08, true, "many buy while the broker is gone: none is refused"),
    RUSH_WITHOUT_DATABASE(0.08, true, "many buy while the database is gone: they get what the partitions have"),
    RUSH_PAST_A_NODE(
            0.08, true, "many buy while a node can't be reached: others go on, and its partitions after a while");

    private final double share;
    private final boolean usual;
    private final String what;

    /**
     * @param share of the runs that it comes to
     * @param usual whether it is on if nobody asks; false with the reason beside it
     */
    Trouble(double share, boolean usual, String what) {
        this.share = share;
        this.usual = usual;
        this.what = what;
    }

    double share() {
        return share;
    }

    /** For people. */
    String what() {
        return what;
    }

    boolean isUsual() {
        return usual;
    }

    /** As people write it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The one with this {@link #text}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Trouble named(String text) {
        return Arrays.stream(values())
                .filter(trouble -> trouble.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("trouble: " + text + " (expected: one of "
                        + Arrays.stream(values()).map(Trouble::text).collect(Collectors.joining(", ")) + ")"));
    }

    /** Those that are on if nobody asks. */
    static Set<Trouble> usual() {
        return Arrays.stream(values())
                .filter(Trouble::isUsual)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Trouble.class)));
    }
}
