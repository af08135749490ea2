// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a client tells of itself:
 *
 * <ul>
 *   <li>{@code granary.client.calls{outcome}}: calls that ended
 *   <li>{@code granary.client.attempts}: entries sent; more than the calls if some were asked again
 *   <li>{@code granary.client.given.up}: attempts whose answer nobody waits for any more
 *   <li>{@code granary.client.under.way}: calls that have not ended
 *   <li>{@code granary.client.frame}: from the sending of a frame until all of it is answered
 *   <li>{@code granary.client.frame.entries}: attempts per frame
 * </ul>
 *
 * Written by the loop, except for {@link #refusedAtOnce()}; read by anybody.
 */
final class ClientMetrics {
    private static final double[] FRAME_ENTRIES = {1, 4, 16, 64, 256, 1_024, 4_096, 16_384};

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<Outcome, AtomicLong> ended = new EnumMap<>(Outcome.class);
    private final LongAdder refusedAtOnce = new LongAdder();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong givenUp = new AtomicLong();
    private final AtomicLong underWay = new AtomicLong();
    private final MeterScope scope;
    private final DistributionSummary frameEntries;
    private final Timer frame;

    ClientMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Outcome outcome : Outcome.values()) {
            ended.put(outcome, new AtomicLong());
            meters.add(FunctionCounter.builder("granary.client.calls", this, metrics -> metrics.ended(outcome))
                    .tag("outcome", outcome.name())
                    .description("Calls that ended")
                    .register(registry));
        }
        meters.add(FunctionCounter.builder("granary.client.attempts", attempts, AtomicLong::get)
                .description("Attempts sent to nodes")
                .register(registry));
        meters.add(FunctionCounter.builder("granary.client.given.up", givenUp, AtomicLong::get)
                .description("Attempts whose answer is not known")
                .register(registry));
        meters.add(Gauge.builder("granary.client.under.way", underWay, AtomicLong::get)
                .description("Calls that have not ended")
                .register(registry));
        scope = new MeterScope(registry);
        frameEntries = scope.sizes("granary.client.frame.entries", "Attempts per frame", "entries", FRAME_ENTRIES);
        frame = scope.timer("granary.client.frame", "From the sending of a frame until all of it is answered");
    }

    /** Takes the meters out of their registry. */
    void close() {
        meters.forEach(registry::remove);
        scope.close();
    }

    /** Any thread may call this. */
    void refusedAtOnce() {
        refusedAtOnce.increment();
    }

    void began() {
        add(underWay, 1);
    }

    void ended(Call call) {
        add(underWay, -1);
        add(endedWith(call.result().outcome()), 1);
    }

    void frame(int entries) {
        add(attempts, entries);
        frameEntries.record(entries);
    }

    /** All of a frame is answered. */
    void answered(long nanos) {
        frame.record(nanos, TimeUnit.NANOSECONDS);
    }

    void givenUp(int count) {
        add(givenUp, count);
    }

    private long ended(Outcome outcome) {
        return endedWith(outcome).get() + (outcome == Outcome.THROTTLED ? refusedAtOnce.sum() : 0);
    }

    private AtomicLong endedWith(Outcome outcome) {
        return Objects.requireNonNull(ended.get(outcome));
    }

    /** One writer: no need for the price of an atomic addition. */
    private static void add(AtomicLong counter, long count) {
        counter.lazySet(counter.getPlain() + count);
    }
}
