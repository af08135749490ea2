// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.granary.node.simulated.World;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Nodes, a leader, settlement and callers in virtual time on one thread, with a log that delays, loses answers and
 * stores late, links that break, nodes that pause and die, and takeovers at any time. What happens follows from the
 * seed alone. Run more seeds with {@code -Dgranary.seeds=N}, one of them with {@code -Dgranary.seed=S}.
 */
final class NodeLogSimulationTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.granary");

    /** Hundreds of nodes come and go. */
    @BeforeAll
    static void hush() {
        LOGGER.setLevel(Level.ERROR);
    }

    @AfterAll
    static void speak() {
        LOGGER.setLevel(Level.INFO);
    }

    static LongStream seeds() {
        Long one = Long.getLong("granary.seed");
        return one == null ? LongStream.rangeClosed(1, Long.getLong("granary.seeds", 200)) : LongStream.of(one);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void promisesAreKept(long seed) {
        World world = new World(seed);

        world.trouble();
        world.peace();

        assertThat(world.complaints()).as("seed %s", seed).isEmpty();
    }
}
