// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import com.google.common.collect.Range;
import com.google.common.collect.RangeSet;
import com.google.common.collect.TreeRangeSet;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The offsets of a lane whose records a takeover needs. Places that lie near each other are one: reading on costs less than
 * another read. Not thread-safe.
 */
final class Wanted {
    private static final long NEAR = 1_000;

    /** The records from one offset on up to another, which is not wanted itself. */
    record Place(long from, long to) {}

    // Each range ends NEAR too late, so that those join that are near.
    private final RangeSet<Long> ranges = TreeRangeSet.create();

    /** These as well; nothing if {@code from} is not below {@code to}. */
    void add(long from, long to) {
        if (from < to) {
            ranges.add(Range.closedOpen(from, to + NEAR));
        }
    }

    /** All that is wanted, in order. */
    Deque<Place> places() {
        Deque<Place> places = new ArrayDeque<>();
        ranges.asRanges().forEach(range -> places.add(new Place(range.lowerEndpoint(), range.upperEndpoint() - NEAR)));
        return places;
    }
}
