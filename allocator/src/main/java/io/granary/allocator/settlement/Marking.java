// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import org.jspecify.annotations.Nullable;

/**
 * Decides when a lane gets its next mark. What time has passed since the last one is measured by the loop's monotonic
 * clock, from when this settler put it or first saw it: no clock is compared with another. Not thread-safe.
 */
final class Marking {
    private static final LaneMark START = new LaneMark(0, 0);

    private final IdWindow window;
    private long position;
    private long ids;
    private long idsAtMark;
    private long bytes;
    private long sinceNanos;

    Marking(IdWindow window, long nowNanos) {
        this.window = window;
        sinceNanos = nowNanos;
    }

    /** The lane stands so in the books. A mark that is known here already is as old as it was. */
    void begin(LaneStanding standing, long nowNanos) {
        LaneMark known = standing.lastMark();
        LaneMark last = known == null ? START : known;
        if (last.position() != position) {
            marked(last, nowNanos);
        }
        ids = standing.ids();
    }

    /**
     * The mark to put with a change, which must follow what was applied; null if none is due.
     *
     * @param size of the change's records, in bytes
     */
    @Nullable
    LaneMark due(LaneChange change, long size, long nowNanos) {
        LaneMark mark = new LaneMark(change.to(), ids + change.ids());
        IdWindow.Since since = new IdWindow.Since(
                mark.ids() - idsAtMark, mark.position() - position, bytes + size, nowNanos - sinceNanos);
        return window.isMarkDue(since) ? mark : null;
    }

    /** The change is in the books, with this mark. */
    void applied(LaneChange change, long size, @Nullable LaneMark mark, long nowNanos) {
        ids += change.ids();
        bytes += size;
        if (mark != null) {
            marked(mark, nowNanos);
        }
    }

    private void marked(LaneMark mark, long nowNanos) {
        position = mark.position();
        idsAtMark = mark.ids();
        bytes = 0;
        sinceNanos = nowNanos;
    }
}
