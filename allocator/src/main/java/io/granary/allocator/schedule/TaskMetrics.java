// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** What tasks tell about themselves. Thread-safe. */
final class TaskMetrics {
    private record OfKind(Map<TaskRun.Outcome, Counter> runs, Timer lateness) {}

    private final Map<TaskKind, OfKind> kinds = new EnumMap<>(TaskKind.class);
    private final Counter faults;

    TaskMetrics(MeterScope meters) {
        for (TaskKind kind : TaskKind.values()) {
            Map<TaskRun.Outcome, Counter> runs = new EnumMap<>(TaskRun.Outcome.class);
            for (TaskRun.Outcome outcome : TaskRun.Outcome.values()) {
                runs.put(
                        outcome,
                        meters.counter(
                                "granary.task.runs",
                                "Runs of tasks by their outcome",
                                "kind",
                                kind.name(),
                                "outcome",
                                outcome.name()));
            }
            Timer lateness = meters.timer(
                    "granary.task.lateness", "From the time of a task to the end of its run", "kind", kind.name());
            kinds.put(kind, new OfKind(runs, lateness));
        }
        faults = meters.counter(
                "granary.task.faults", "Runs of tasks that failed for a reason that passes, and are tried again");
    }

    void ran(TaskKind kind, TaskRun run) {
        OfKind meters = kinds.get(kind);
        Duration late = Duration.between(run.occasion().due(), run.ended());
        if (meters != null) {
            Counter runs = meters.runs().get(run.outcome());
            if (runs != null) {
                runs.increment();
            }
            meters.lateness().record(late.isNegative() ? Duration.ZERO : late);
        }
    }

    void fault() {
        faults.increment();
    }
}
