// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happened in a run, for people; the same seed gives the same lines. */
final class Trace {
    private static final int MOST_LINES = 10_000;

    private final List<String> lines = new ArrayList<>();

    void say(Scheduler scheduler, String what) {
        if (lines.size() < MOST_LINES) {
            lines.add(String.format(Locale.ROOT, "%10.3f ms  %s", scheduler.nowNanos() / 1e6, what));
        }
    }

    List<String> lines() {
        return lines;
    }
}
