// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import io.granary.config.Check;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The times of a task, to the millisecond. Immutable. */
public sealed interface Timing {
    /** The first time after this one; empty if there is none. */
    Optional<Instant> after(Instant time);

    /** The first time of a task that is made now; of a one-off that is over, the one that it had. */
    default Optional<Instant> first(Instant now) {
        return after(now);
    }

    /** Once. */
    record At(Instant time) implements Timing {
        public At {
            time = time.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public Optional<Instant> after(Instant other) {
            return time.isAfter(other) ? Optional.of(time) : Optional.empty();
        }

        @Override
        public Optional<Instant> first(Instant now) {
            return Optional.of(time);
        }

        @Override
        public String toString() {
            return "at " + time;
        }
    }

    /**
     * Again and again, counted from a time: what is missed is not made up for.
     *
     * @param interval 1 s to 366 days, in whole seconds
     */
    record Every(Duration interval, Instant from) implements Timing {
        public Every {
            Check.range("every", interval, Duration.ofSeconds(1), Duration.ofDays(366));
            Check.require(interval.toNanosPart() == 0, "every", interval, "whole seconds");
            from = from.truncatedTo(ChronoUnit.MILLIS);
        }

        @Override
        public Optional<Instant> after(Instant time) {
            long passed = Math.floorDiv(Duration.between(from, time).toMillis(), interval.toMillis());
            return Optional.of(from.plus(interval.multipliedBy(Math.max(0, passed) + 1)));
        }

        @Override
        public String toString() {
            return "every " + interval.toSeconds() + " s";
        }
    }

    /**
     * By a cron expression.
     *
     * @param expression five fields (minute, hour, day, month, day of the week), or six with the second first
     * @param zone whose clock it means
     */
    record Cron(String expression, ZoneId zone) implements Timing {
        private static final int MAX_LENGTH = 128;
        private static final String EXPECTED =
                "5 fields: minute hour day month weekday, or 6 with the second first, such as '0 18 * * FRI'";

        public Cron {
            Check.require(
                    expression.length() <= MAX_LENGTH, "cron", expression, "at most " + MAX_LENGTH + " characters");
            schedule(expression, zone);
        }

        private static Schedule schedule(String expression, ZoneId zone) {
            int fields = expression.isBlank() ? 0 : expression.strip().split("\\s+").length;
            Check.require(fields == 5 || fields == 6, "cron", expression, EXPECTED);
            try {
                return new CronSchedule(expression.strip(), zone, fields == 5 ? CronStyle.UNIX : CronStyle.SPRING53);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "cron: '" + expression + "' (expected: " + EXPECTED + "; " + e.getMessage() + ")", e);
            }
        }

        @Override
        public Optional<Instant> after(Instant time) {
            Instant next = schedule(expression, zone).getNextExecutionTime(ExecutionComplete.simulatedSuccess(time));
            return next.equals(Schedule.NEVER) ? Optional.empty() : Optional.of(next.truncatedTo(ChronoUnit.MILLIS));
        }

        @Override
        public String toString() {
            return "cron " + expression + " " + zone;
        }
    }
}
