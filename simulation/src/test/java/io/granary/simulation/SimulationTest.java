// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
                .mapToObj(seed -> Simulation.run(Plan.of(seed), new Planted()))
                .filter(result -> !result.passed())
                .map(result -> "seed " + result.seed() + ": " + result.failure())
                .toList();
        assertThat(failures).isEmpty();
    }

    /**
     * Found faults when they were new: a lane for life, a leader that nobody hears, a lane given away, a CONFLICT with
     * what came to nothing, a refusal by somebody who was replaced.
     */
    @ParameterizedTest
    @ValueSource(longs = {184, 272, 277, 474, 574, 684, 822, 948, 1543})
    void seedsThatOnceFailed(long seed) {
        assertThat(Simulation.run(Plan.of(seed), new Planted()).failure()).isNull();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Simulation.Result first = Simulation.run(Plan.of(7), new Planted());
        Simulation.Result again = Simulation.run(Plan.of(7), new Planted(), true);
        assertThat(again.hash()).isEqualTo(first.hash());
        assertThat(again.events()).isEqualTo(first.events());
        assertThat(Simulation.run(Plan.of(8), new Planted()).hash()).isNotEqualTo(first.hash());
    }

    /** Sets and maps of the JDK have another order in each process, where their order is not defined. */
    @Test
    void theSameSeedIsTheSameRunInAnotherProcess() throws IOException, InterruptedException {
        Simulation.Result here = Simulation.run(Plan.of(11), new Planted());

        assertThat(simulate("--seed", "11")).contains(here.events() + " events, hash " + here.hash());
    }

    @Test
    void noBarIsDrawnWhereThereIsNoTerminal() throws IOException, InterruptedException {
        assertThat(simulate("--seeds", "2")).isEqualTo("2 passed, 0 failed\n");
    }

    /** Runs the command in a process of its own; returns what it writes to both of its outputs. */
    private static String simulate(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SimulateCommand.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    @Test
    void aFailureIsMadeShorterAndStaysTheSame() {
        Simulation.Result failed = LongStream.rangeClosed(1, BugHunt.MOST_SEEDS)
                .mapToObj(seed -> Simulation.run(Plan.of(seed), new PlantedBug(Bug.SETTLING_WITHOUT_SEQ)))
                .filter(result -> !result.passed())
                .findFirst()
                .orElseThrow();
        Simulation.Result shorter = Shortening.of(failed, () -> new PlantedBug(Bug.SETTLING_WITHOUT_SEQ));

        assertThat(shorter.passed()).isFalse();
        assertThat(shorter.plan().steps().size())
                .isLessThan(failed.plan().steps().size());
        assertThat(shorter.plan().purchases()).isLessThan(failed.plan().purchases());
        Simulation.Result again = Simulation.run(shorter.plan(), new PlantedBug(Bug.SETTLING_WITHOUT_SEQ), true);
        assertThat(again.failure()).isEqualTo(shorter.failure());
        assertThat(again.hash()).isEqualTo(shorter.hash());
        assertThat(again.trace()).anyMatch(line -> line.contains("FAILED " + again.failure()));
    }
}
