// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a lane gets its next mark. What time has passed since the last one is measured by the loop's monotonic
 * clock, from when this settler put it or first saw it: no clock is compared with another. Not thread-safe.
 */
final class Marking {
    private final IdWindow window;
    private @Nullable LaneMark last;
    private long ids;
    private long sinceNanos;

    Marking(IdWindow window, long nowNanos) {
        this.window = window;
        sinceNanos = nowNanos;
    }

    /** The lane stands so in the books. A mark that is known here already is as old as it was. */
    void begin(LaneStanding standing, long nowNanos) {
        LaneMark mark = standing.lastMark();
        if (mark != null && !mark.equals(last)) {
            sinceNanos = nowNanos;
        }
        last = mark;
        ids = standing.ids();
    }

    /** The mark to put with a change, which must follow what was applied; null if none is due. */
    @Nullable
    LaneMark due(LaneChange change, long nowNanos) {
        long then = ids + change.ids();
        return window.isMarkDue(last, then, nowNanos - sinceNanos) ? new LaneMark(change.to(), then) : null;
    }

    /** The change is in the books, with this mark. */
    void applied(LaneChange change, @Nullable LaneMark mark, long nowNanos) {
        ids += change.ids();
        if (mark != null) {
            last = mark;
            sinceNanos = nowNanos;
        }
    }
}
