// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import io.granary.benchmarks.race.Pace;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What is to be measured.
 *
 * @param folder for data and logs
 * @param parts at least one
 * @param inFlight for the race only these; empty for all
 * @param saturate requests in flight that saturate Granary
 */
record BenchOptions(Path folder, boolean quick, Set<Part> parts, Pace pace, List<Integer> inFlight, int saturate) {
    BenchOptions {
        for (int callers : inFlight) {
            if (callers < 1 || callers > 60_000) {
                throw new IllegalArgumentException("--in-flight: " + callers + " (expected: 1 to 60000)");
            }
        }
        if (saturate < 1_025 || saturate > 60_000) {
            throw new IllegalArgumentException("--saturate: " + saturate + " (expected: 1025 to 60000)");
        }
    }

    /** Whether anything is asked that needs all of Granary. */
    boolean needsCluster() {
        return parts.stream().anyMatch(Part::needsCluster);
    }

    boolean has(Part part) {
        return parts.contains(part);
    }
}
