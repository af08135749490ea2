// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What tasks tell about themselves. Thread-safe. */
final class TaskMetrics {
    private final MeterRegistry meters;
    private final Counter faults;

    TaskMetrics(MeterRegistry meters) {
        this.meters = meters;
        faults = Counter.builder("granary.task.faults")
                .description("Runs of tasks that failed for a reason that passes, and are tried again")
                .register(meters);
    }

    void ran(TaskKind kind, TaskRun run) {
        Counter.builder("granary.task.runs")
                .description("Runs of tasks")
                .tag("kind", kind.name())
                .tag("outcome", run.outcome().name())
                .register(meters)
                .increment();
        Duration late = Duration.between(run.occasion().due(), run.ended());
        Timer.builder("granary.task.lateness")
                .description("From the time of a task to the end of its run")
                .tag("kind", kind.name())
                .register(meters)
                .record(late.isNegative() ? Duration.ZERO : late);
    }

    void fault() {
        faults.increment();
    }
}
