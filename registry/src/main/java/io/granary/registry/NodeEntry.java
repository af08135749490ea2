// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

import io.granary.record.LogRecord;

/**
 * A live partition node, as it stands in {@code /nodes/{incarnation}}.
 *
 * @param incarnation another one after every start of the node
 * @param address host:port of its services
 * @param lane the lane it appends to; -1 until the leader has given it one
 * @param reads the highest version of the stock log's records that it reads; 1 if it does not say
 */
public record NodeEntry(String incarnation, String address, int lane, int reads) {
    public static final int NO_LANE = -1;

    /** A node of this build. */
    public NodeEntry(String incarnation, String address, int lane) {
        this(incarnation, address, lane, LogRecord.VERSION);
    }

    /** What configured names have to be, in words. */
    public static final String NAMES = "1 to 64 letters, digits, dots, underscores and hyphens";

    /** Whether a node can be called so. */
    public static boolean isName(String name) {
        return name.matches("[A-Za-z0-9._-]{1,64}");
    }

    /** The configured name of an incarnation's node: every start adds a hyphen and letters of its own. */
    public static String nameOf(String incarnation) {
        int end = incarnation.lastIndexOf('-');
        return end < 0 ? incarnation : incarnation.substring(0, end);
    }
}
