// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.service.ExitCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FaultsCommandTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--minutes 0",
                "--minutes many",
                "--seed x",
                "--session-timeout 10",
                "--buyers 0",
                "--scenario away",
                "--scenario zookeeper-away --seconds 0",
                "--what"
            })
    void refusesWhatCannotBeMeant(String arguments) {
        assertThat(FaultsCommand.execute(arguments.split(" "))).isEqualTo(ExitCode.BAD_ARGUMENTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"operators", "sales-bounds"})
    void canBeDoneWithout(String what) {
        Boolean with = new CommandLine(new FaultsCommand())
                .parseArgs("--no-" + what)
                .matchedOption("--" + what)
                .getValue();

        assertThat(with).isFalse();
    }
}
