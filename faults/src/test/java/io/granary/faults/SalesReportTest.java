// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.faults.Fault.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SalesReportTest {
    private static final Trouble DATABASE = new Trouble(Kind.PAUSE, Target.MARIADB);

    private static SalesFigures figures(int deducted, int insufficient, long silentMillis) {
        SalesFigures figures = new SalesFigures();
        for (int i = 0; i < deducted; i++) {
            figures.steady(new DeductionResult(Outcome.DEDUCTED, 0), 5_000_000);
        }
        for (int i = 0; i < insufficient; i++) {
            figures.steady(new DeductionResult(Outcome.INSUFFICIENT, DeductionResult.NOT_KNOWN), 2_000_000_000);
        }
        figures.over(
                TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(8), TimeUnit.MILLISECONDS.toNanos(silentMillis));
        return figures;
    }

    private static SalesReport report(@Nullable Scenario scenario, Trouble trouble, SalesFigures figures) {
        return new SalesReport(Map.of(trouble, figures), Duration.ofSeconds(4), scenario);
    }

    @Test
    void namesEachTroubleThatIsOverItsBound() {
        Map<Trouble, SalesFigures> figures = new LinkedHashMap<>();
        figures.put(DATABASE, figures(90, 10, 4_000));
        figures.put(new Trouble(Kind.KILL, Target.NODE), figures(90, 0, 4_000));
        SalesReport report = new SalesReport(figures, Duration.ofSeconds(4), null);

        assertThat(report.isKept()).isFalse();
        assertThat(report.over())
                .containsExactly("PAUSE mariadb: deducted: 90.0 % (expected: at least 95 %),"
                        + " silence: 4000 ms (expected: at most 3000), false refusals: 10 (expected: 0)");
        assertThat(report.rows())
                .extracting(row -> row.get(SalesReport.HEADER.size() - 1))
                .containsExactly("OVER", "KEPT");
    }

    @Test
    void saysHowItWent() {
        SalesReport report = report(null, DATABASE, figures(900, 100, 4_000));

        assertThat(report.rows())
                .containsExactly(List.of(
                        "PAUSE mariadb",
                        "1",
                        "10.0",
                        "90.0",
                        "1,000",
                        "90.0",
                        "5",
                        "100",
                        "4.0",
                        "0.0",
                        "95 %, 3 s",
                        "OVER"));
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        report.put(rows);
        JsonNode row = rows.get(0);
        assertThat(row.get("kind").asText()).isEqualTo("PAUSE");
        assertThat(row.get("target").asText()).isEqualTo("mariadb");
        assertThat(row.get("callsByOutcome").get("INSUFFICIENT").asInt()).isEqualTo(100);
        assertThat(row.get("deductedPercent").asDouble()).isEqualTo(90.0);
        assertThat(row.get("falseRefusals").asInt()).isEqualTo(100);
        assertThat(row.get("silenceMillis").asInt()).isEqualTo(4_000);
        assertThat(row.get("bound").get("silenceMillis").asInt()).isEqualTo(3_000);
        assertThat(row.get("verdict").asText()).isEqualTo("OVER");
        assertThat(row.get("over")).hasSize(3);
    }

    @Test
    void whatIsCombinedIsNotJudged() {
        SalesReport report = report(null, Trouble.COMBINED, figures(0, 100, 60_000));

        assertThat(report.isKept()).isTrue();
        assertThat(report.rows().get(0)).endsWith("", "NOT JUDGED");
    }

    @Test
    void aDatabaseThatIsAwayForLongIsReportedAndZooKeeperIsJudged() {
        SalesFigures bad = figures(90, 10, 60_000);

        assertThat(report(Scenario.DATABASE_AWAY, DATABASE, bad).isKept()).isTrue();
        assertThat(report(Scenario.ZOOKEEPER_AWAY, new Trouble(Kind.PAUSE, Target.ZOOKEEPER), bad)
                        .isKept())
                .isFalse();
    }
}
