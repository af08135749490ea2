// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * The meters of one service: all have its tags, and all leave the registry when it ends, so that several services of a
 * kind can share a registry, and none reports for one that is gone. {@code docs/metrics.md} has all of them.
 *
 * <p>Thread-safe.
 */
public final class MeterScope implements AutoCloseable {
    /** From a quarter of a millisecond to 16 s, doubling: some 17 series a timer. */
    private static final Duration[] LATENCIES = doubling(Duration.ofNanos(250_000), 17);

    private final MeterRegistry registry;
    private final Tags tags;
    private final Queue<Meter> meters = new ConcurrentLinkedQueue<>();

    /**
     * @param tags of all meters: names and values in turn
     */
    public MeterScope(MeterRegistry registry, String... tags) {
        this.registry = registry;
        this.tags = Tags.of(tags);
    }

    private MeterScope(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    /** A part of the service: these tags as well; closed on its own. */
    public MeterScope with(String... more) {
        return new MeterScope(registry, tags.and(more));
    }

    private static Duration[] doubling(Duration first, int count) {
        Duration[] all = new Duration[count];
        for (int i = 0; i < count; i++) {
            all[i] = first.multipliedBy(1L << i);
        }
        return all;
    }

    private <M extends Meter> M add(M meter) {
        meters.add(meter);
        return meter;
    }

    /** Counts what happens. */
    public Counter counter(String name, String description, String... more) {
        return add(Counter.builder(name)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    /** Measures how long something takes, as a histogram. */
    public Timer timer(String name, String description, String... more) {
        return add(Timer.builder(name)
                .description(description)
                .tags(tags.and(more))
                .serviceLevelObjectives(LATENCIES)
                .register(registry));
    }

    /**
     * Measures how large something is, as a histogram.
     *
     * @param unit what is measured, such as {@code bytes}
     * @param buckets their upper ends, ascending
     */
    public DistributionSummary sizes(String name, String description, String unit, double[] buckets, String... more) {
        return add(DistributionSummary.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags.and(more))
                .serviceLevelObjectives(buckets)
                .register(registry));
    }

    /** Tells what is now; the supplier is called by whoever reads, on any thread. */
    public void gauge(String name, String description, Supplier<Number> value, String... more) {
        add(Gauge.builder(name, value)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    /** As {@link #gauge}, of a time in seconds. */
    public void seconds(String name, String description, Supplier<Number> value, String... more) {
        add(Gauge.builder(name, value)
                .description(description)
                .baseUnit("seconds")
                .tags(tags.and(more))
                .register(registry));
    }

    /** Takes the meters out of the registry. */
    @Override
    public void close() {
        for (Meter meter = meters.poll(); meter != null; meter = meters.poll()) {
            registry.remove(meter);
        }
    }
}
