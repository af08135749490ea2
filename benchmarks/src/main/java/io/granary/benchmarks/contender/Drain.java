// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

/**
 * How settlement caught up.
 *
 * @param rows that settled
 * @param timedRows of those, how many were timed
 * @param seconds that those took
 */
public record Drain(long rows, long timedRows, double seconds) {
    /** NaN if it was over before it could be timed. */
    public double rowsPerSecond() {
        return seconds > 0 ? timedRows / seconds : Double.NaN;
    }
}
