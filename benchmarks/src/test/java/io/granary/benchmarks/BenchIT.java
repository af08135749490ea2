// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bench's own program, very short: what it sells adds up, and what it reports is all there. No figure is judged. */
class BenchIT {
    @TempDir
    private Path folder;

    @Test
    void sellsTheSameThroughGranaryAndMariaDb() throws Exception {
        Path file = folder.resolve("report.json");

        int code = BenchCommand.execute(
                "--only",
                "granary,mariadb",
                "--quick",
                "--seconds",
                "0.2",
                "--in-flight",
                "1,64,2000",
                "--saturate",
                "2000",
                "--data",
                folder.resolve("data").toString(),
                "--report",
                file.toString());

        JsonNode report = new ObjectMapper().readTree(Files.readString(file));
        assertThat(code).as(report.toPrettyString()).isEqualTo(ExitCode.OK);
        assertThat(report.get("wrong")).isEmpty();
        assertThat(fieldNames(report))
                .containsExactly("machine", "race", "figures", "goals", "skipped", "checkedRuns", "wrong");
        assertThat(report.get("checkedRuns").asInt())
                .isGreaterThan(report.get("race").size());
        assertThat(keys(report.get("race")))
                .contains(
                        "granary/1",
                        "granary/64",
                        "granary/saturated",
                        "mariadb-merged/1",
                        "mariadb-merged/64",
                        "mariadb-merged/saturated",
                        "mariadb-for-update/64",
                        "mariadb-optimistic/64",
                        "mariadb-conditional/64",
                        "mariadb-buckets/64",
                        "mariadb-procedure/64");
        for (JsonNode heat : report.get("race")) {
            assertThat(fieldNames(heat))
                    .contains("perSecond", "slowest", "fastest", "p50Micros", "p99Micros", "cpuMicros", "rounds");
            for (JsonNode round : heat.get("rounds")) {
                assertThat(round.get("deducted").asLong()).as(heat.toString()).isPositive();
                assertThat(round.get("retried").asLong()).as(heat.toString()).isPositive();
                assertThat(round.get("retriedOtherwise").asLong()).isZero();
                assertThat(round.get("unknown").asLong()).isZero();
            }
        }
        // More were told DEDUCTED than there were units: that is what this way is shown for.
        assertThat(report.at("/figures/oversold.mariadb-read-compute-write/value")
                        .asDouble())
                .isGreaterThan(500);
        assertThat(report.get("goals"))
                .hasSizeGreaterThan(20)
                .allSatisfy(goal -> assertThat(fieldNames(goal)).containsExactly("key", "goal", "verdict", "measured"));
    }

    @Test
    void badArgumentsAreRefused() {
        assertThat(BenchCommand.execute("--only", "everything")).isEqualTo(ExitCode.BAD_ARGUMENTS);
        assertThat(BenchCommand.execute("--rounds", "0", "--data", folder.toString()))
                .isEqualTo(ExitCode.BAD_ARGUMENTS);
    }

    private static List<String> fieldNames(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> keys(JsonNode race) {
        List<String> keys = new ArrayList<>();
        race.forEach(heat ->
                keys.add(heat.get("contender").asText() + "/" + heat.get("load").asText()));
        return keys;
    }
}
