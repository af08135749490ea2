// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import org.jspecify.annotations.Nullable;

/** Runs seeds with a planted bug until one finds it. */
final class BugHunt {
    /**
     * @param seeds how many it took, or how many there were
     * @param failure what the last seed found; null if nothing was found
     */
    record Found(Bug bug, long seeds, @Nullable String failure) {
        boolean isFound() {
            return failure != null;
        }
    }

    /** Each bug must be found within so many. */
    static final long MOST_SEEDS = 500;

    private BugHunt() {}

    static Found hunt(Bug bug, long mostSeeds) {
        for (long seed = 1; seed <= mostSeeds; seed++) {
            Simulation.Result result = Simulation.run(Plan.of(seed), new PlantedBug(bug));
            if (!result.passed()) {
                return new Found(bug, seed, result.failure());
            }
        }
        return new Found(bug, mostSeeds, null);
    }
}
