// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.api.RebalanceKind;
import io.granary.service.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two minutes of what {@code scripts/faults} does; if it fails, it prints where data, logs and the journal are. */
class FaultsIT {
    private static final String SALES_BOUNDS = "--no-sales-bounds";

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void twoMinutesOfFaultsLoseNothing() throws Exception {
        Path report = folder.resolve("report.json");

        int code = FaultsCommand.execute(
                "--minutes", "2", "--seed", "4", "--takeover", "100", SALES_BOUNDS, "--report", report.toString());

        assertThat(code).isEqualTo(ExitCode.OK);
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertThat(json.get("passed").asBoolean()).isTrue();
        assertThat(json.get("faults").get("total").asInt()).isPositive();
        assertThat(json.get("requests").get("deducted").asInt()).isPositive();
        assertThat(json.get("units").get("sold")).isEqualTo(json.get("units").get("sent"));
        assertThat(json.get("rebalances"))
                .hasSize(RebalanceKind.values().length)
                .allSatisfy(kind -> assertThat(kind.get("applied").asInt()).isPositive());
        assertThat(json.get("takeovers")).hasSize(2);
        assertThat(json.get("sales"))
                .hasSizeGreaterThan(1)
                .allSatisfy(row -> assertThat(row.get("times").asInt()).isPositive())
                .anySatisfy(row -> assertThat(row.get("verdict").asText()).isNotEqualTo("NOT_JUDGED"));
    }
}
