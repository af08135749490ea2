// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import java.util.List;

/** What a read of a lane found. */
public sealed interface Read {
    /** Records with consecutive offsets, the first at the offset that was asked for; at least one. */
    record Records(List<LaneRecord> records) implements Read {}

    /** Nothing stands at the offset yet, or it is not visible yet. */
    record Nothing() implements Read {}

    /** The offset is below the first one that the log still keeps. */
    record Expired(long first) implements Read {}

    /** The offset is beyond the lane's end: if something stood there once, the log has lost it. */
    record BeyondEnd(long end) implements Read {}

    /** The log, asked just now, has no such lane. */
    record NoSuchLane(String reason) implements Read {}

    /** The log could not be read now; try again. */
    record Failed(String reason) implements Read {}
}
