// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import java.util.Collection;

/** The middle of figures. */
final class Medians {
    private Medians() {}

    /** @param figures at least one */
    static double of(Collection<Double> figures) {
        double[] sorted =
                figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
