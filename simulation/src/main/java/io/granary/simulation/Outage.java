// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Something that all depend on is gone as a whole, for a while, and then back. */
final class Outage {
    private final Scheduler scheduler;
    private final Trace trace;
    private final String what;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean on;
    private long untilNanos;

    /**
     * @param what is gone, for the trace
     */
    Outage(Scheduler scheduler, Trace trace, String what) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.what = what;
    }

    boolean isOn() {
        return on;
    }

    /** Begins it; one that is on goes on for so long from now at least. */
    void begin(Duration length) {
        if (!on) {
            trace.say(scheduler, what + " is gone");
        }
        on = true;
        untilNanos = Math.max(untilNanos, scheduler.nowNanos() + length.toNanos());
        scheduler.after(length, () -> {
            if (scheduler.nowNanos() >= untilNanos) {
                end();
            }
        });
    }

    /** Ends it now, if it is on. */
    void end() {
        if (on) {
            trace.say(scheduler, what + " is back");
            on = false;
            untilNanos = 0;
            List<Runnable> waited = List.copyOf(waiting);
            waiting.clear();
            waited.forEach(Runnable::run);
        }
    }

    /** Happens now, or as soon as it is over, in the order of the calls. */
    void whenOver(Runnable action) {
        if (on) {
            waiting.add(action);
        } else {
            action.run();
        }
    }
}
