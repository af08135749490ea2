// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import java.util.Map;

/**
 * What callers saw.
 *
 * @param deducted of all requests, those of the warm-up included, likewise {@code refused} and {@code unknown}
 * @param retried how many that were told DEDUCTED asked again afterwards with the same id
 * @param retriedOtherwise how many of those were told something else
 * @param measured requests that were told DEDUCTED while it was measured
 * @param seconds how long it was measured
 * @param latency of the measured ones, in µs
 * @param cpuSeconds by process, while it was measured
 * @param othersCpuSeconds of all other processes of the machine; negative if it can't be known
 */
public record LoadResult(
        long deducted,
        long refused,
        long unknown,
        long retried,
        long retriedOtherwise,
        long measured,
        double seconds,
        Latency latency,
        Map<String, Double> cpuSeconds,
        double othersCpuSeconds) {
    /** In µs. */
    public record Latency(double p50, double p90, double p99, double p999, double max) {}

    public double perSecond() {
        return measured / seconds;
    }
}
