// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.embedded.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsIT {
    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void twoMinutesOfFaultsLoseNothing() throws Exception {
        Path report = folder.resolve("report.json");

        int code = FaultsCommand.execute(
                "--minutes", "2", "--seed", "4", "--takeover", "100", "--report", report.toString());

        assertThat(code).isEqualTo(ExitCode.OK);
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertThat(json.get("passed").asBoolean()).isTrue();
        assertThat(json.get("faults").get("total").asInt()).isGreaterThan(10);
        assertThat(json.get("requests").get("deducted").asInt()).isGreaterThan(1_000);
        assertThat(json.get("units").get("sold")).isEqualTo(json.get("units").get("sent"));
        assertThat(json.get("takeovers")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--minutes 0", "--minutes many", "--seed x", "--session-timeout 10", "--buyers 0", "--what"})
    void refusesWhatCannotBeMeant(String arguments) {
        assertThat(FaultsCommand.execute(arguments.split(" "))).isEqualTo(ExitCode.BAD_ARGUMENTS);
    }
}
