// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a task stands between its times. Immutable and pure: it is told what time it is.
 *
 * @param next the time that comes next; null if none does
 * @param step what comes next for that time
 * @param asked since when an operator wants it to run, whatever its times; null if none does
 * @param askedBy who
 * @param paused its times pass; when it is resumed, a one-off whose time has passed runs at once, others wait for the
 *     next time
 */
public record Standing(
        @Nullable Instant next,
        Step step,
        @Nullable Instant asked,
        @Nullable String askedBy,
        boolean paused) {
    public static Standing fresh(TaskDefinition task, Instant now) {
        return new Standing(task.timing().first(now).orElse(null), task.firstStep(), null, null, false);
    }

    /** When somebody has to look at it; empty: never, as it stands. */
    public Optional<Instant> wake(TaskDefinition task) {
        Optional<Instant> scheduled = scheduled(task);
        Instant wanted = asked;
        if (wanted == null) {
            return scheduled;
        }
        return Optional.of(scheduled.filter(time -> time.isBefore(wanted)).orElse(wanted));
    }

    private Optional<Instant> scheduled(TaskDefinition task) {
        Instant time = next;
        if (paused || time == null) {
            return Optional.empty();
        }
        return Optional.of(step == Step.PREPARE ? time.minus(task.ahead()) : time);
    }

    /** What is to be run by now, if anything is. */
    public Optional<Occasion> occasion(TaskDefinition task, Instant now) {
        Instant wanted = asked;
        if (wanted != null && !wanted.isAfter(now)) {
            return Optional.of(new Occasion(Occasion.Cause.ASKED, Step.RUN, wanted, askedBy));
        }
        return scheduled(task)
                .filter(time -> !time.isAfter(now))
                .map(time -> new Occasion(Occasion.Cause.SCHEDULED, step, time, null));
    }

    /** After it has run. */
    public Standing after(TaskDefinition task, Occasion occasion, Instant now) {
        if (occasion.cause() == Occasion.Cause.ASKED) {
            return new Standing(next, step, null, null, paused);
        }
        if (occasion.step() == Step.PREPARE) {
            return new Standing(next, Step.RUN, asked, askedBy, paused);
        }
        // Times that were missed meanwhile are not made up for; never the same one twice, whatever the clock says.
        Instant since = occasion.due().isAfter(now) ? occasion.due() : now;
        return new Standing(task.timing().after(since).orElse(null), task.firstStep(), asked, askedBy, paused);
    }

    public Standing wanted(Instant now, String who) {
        return asked != null ? this : new Standing(next, step, now, who, paused);
    }

    public Standing pause() {
        return new Standing(next, step, asked, askedBy, true);
    }

    public Standing resume(TaskDefinition task, Instant now) {
        Instant time = next;
        boolean missed = time != null && time.isBefore(now);
        if (!paused || !missed || task.timing() instanceof Timing.At) {
            return new Standing(next, step, asked, askedBy, false);
        }
        return new Standing(task.timing().after(now).orElse(null), task.firstStep(), asked, askedBy, false);
    }
}
