// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

/**
 * How long things take.
 *
 * @param rounds how often each heat is run
 * @param warmUp seconds of each heat before it is measured
 * @param seconds for which each heat is measured
 */
public record Pace(int rounds, double warmUp, double seconds) {}
