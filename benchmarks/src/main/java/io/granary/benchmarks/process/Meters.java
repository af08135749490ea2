// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a service has counted since its start.
 *
 * @param values by the meter's name, a dot and its statistic, such as {@code granary.lane.record.total}; sums over tags
 * @param allocatedBytes by all threads that live
 */
public record Meters(Map<String, Double> values, long allocatedBytes) {
    /** The request that is answered with this. */
    public static final String REQUEST = "meters";

    static Meters of(MeterRegistry registry) {
        Map<String, Double> values = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            for (Measurement measurement : meter.measure()) {
                String key = meter.getId().getName() + "."
                        + measurement.getStatistic().name().toLowerCase(Locale.ROOT);
                values.merge(key, measurement.getValue(), Double::sum);
            }
        }
        long allocated = 0;
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads) {
            for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
                allocated += Math.max(0, bytes);
            }
        }
        return new Meters(values, allocated);
    }

    /** 0 if there is no such value. */
    public double value(String key) {
        return values.getOrDefault(key, 0.0);
    }
}
