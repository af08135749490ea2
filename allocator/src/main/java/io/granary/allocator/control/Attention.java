// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The SKUs that are to be looked at, and when. Lives on the leader's loop. */
final class Attention {
    private final Set<SkuTrack> waiting = new LinkedHashSet<>();

    /** Look at it at this time at the latest. */
    void add(SkuTrack track, long dueNanos) {
        if (track.inBatch) {
            track.lookAgain = true;
        } else if (waiting.add(track) || dueNanos - track.dueNanos < 0) {
            track.dueNanos = dueNanos;
        }
    }

    /** Takes out those whose time has come, those first that have waited longest in the set. */
    List<SkuTrack> takeDue(long nowNanos, int most) {
        List<SkuTrack> due = new ArrayList<>();
        Iterator<SkuTrack> all = waiting.iterator();
        while (all.hasNext() && due.size() < most) {
            SkuTrack track = all.next();
            if (track.dueNanos - nowNanos <= 0) {
                all.remove();
                due.add(track);
            }
        }
        return due;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** The earliest time at which one is due; only if it is not empty. */
    long earliestNanos(long nowNanos) {
        long earliest = Long.MAX_VALUE;
        for (SkuTrack track : waiting) {
            earliest = Math.min(earliest, track.dueNanos - nowNanos);
        }
        return nowNanos + earliest;
    }
}
