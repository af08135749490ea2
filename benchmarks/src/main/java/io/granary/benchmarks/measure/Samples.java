// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long something took, again and again. Not thread-safe. */
final class Samples {
    /** Something that takes time. */
    interface Step {
        void run() throws Exception;
    }

    private final Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);

    /** Does it so often without measuring, and then measures for so long, at least once. */
    static Samples of(Step step, int warmUps, double seconds) throws Exception {
        for (int i = 0; i < warmUps; i++) {
            step.run();
        }
        Samples samples = new Samples();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long began = System.nanoTime();
        while (samples.nanos.getTotalCount() == 0 || began < end) {
            step.run();
            long now = System.nanoTime();
            samples.nanos.recordValue(Math.min(now - began, samples.nanos.getHighestTrackableValue()));
            began = now;
        }
        return samples;
    }

    double micros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }
}
