// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation can fail: it finds every mistake that is planted, each within so many seeds. */
final class PlantedBugsTest {
    private static final BugTable TABLE = new BugTable(System.out);

    @ParameterizedTest
    @EnumSource
    void isFound(Bug bug) {
        BugHunt.Found found = BugHunt.hunt(bug, BugHunt.MOST_SEEDS);
        TABLE.add(found);
        assertThat(found.failure())
                .as("%s, within %d seeds", bug.what(), BugHunt.MOST_SEEDS)
                .isNotNull();
    }

    @AfterAll
    static void endTable() {
        TABLE.end();
    }
}
