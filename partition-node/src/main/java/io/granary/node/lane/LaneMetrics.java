// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What a lane's writer counts. Thread-safe. */
public final class LaneMetrics {
    private final Timer append;
    private final DistributionSummary bytes;
    private final Counter resent;
    private final Counter jumped;
    private final Counter stale;

    public LaneMetrics(MeterRegistry registry, String node) {
        append = Timer.builder("granary.lane.append")
                .description("From the first sending of a record until it is known to be stored")
                .tag("node", node)
                .register(registry);
        bytes = DistributionSummary.builder("granary.lane.record")
                .description("Size of the records")
                .baseUnit("bytes")
                .tag("node", node)
                .register(registry);
        resent = counter(registry, node, "granary.lane.resent", "Records sent again because nothing was known of them");
        jumped = counter(registry, node, "granary.lane.jumped", "Records before which others had written");
        stale = counter(registry, node, "granary.lane.stale", "Sections of ended epochs");
    }

    private static Counter counter(MeterRegistry registry, String node, String name, String description) {
        return Counter.builder(name).description(description).tag("node", node).register(registry);
    }

    void written(int length, long nanos) {
        append.record(nanos, TimeUnit.NANOSECONDS);
        bytes.record(length);
    }

    void resent() {
        resent.increment();
    }

    void jumped() {
        jumped.increment();
    }

    void stale() {
        stale.increment();
    }
}
