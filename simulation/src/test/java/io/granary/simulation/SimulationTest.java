// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulationTest {
    @Test
    void nothingIsLostOversoldOrLeftOver() {
        List<String> failures = LongStream.rangeClosed(1, 400)
                .parallel()
                .mapToObj(seed -> Simulation.run(seed, new Planted()))
                .filter(result -> !result.passed())
                .map(result -> "seed " + result.seed() + ": " + result.failure())
                .toList();
        assertThat(failures).isEmpty();
    }

    /** Found faults when they were new: a lane for life, a leader that nobody hears, a lane given away. */
    @ParameterizedTest
    @ValueSource(longs = {12, 21, 26, 38, 184, 574})
    void seedsThatOnceFailed(long seed) {
        assertThat(Simulation.run(seed, new Planted()).failure()).isNull();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Simulation.Result first = Simulation.run(7, new Planted());
        Simulation.Result again = Simulation.run(7, new Planted());
        assertThat(again.trace()).isEqualTo(first.trace());
        assertThat(again.events()).isEqualTo(first.events());
    }
}
