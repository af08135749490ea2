// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GoalsTest {
    private static Map<String, Goal> goals(Figures figures) {
        return Goals.of(Map.of(), figures).stream().collect(Collectors.toMap(Goal::key, Function.identity()));
    }

    @Test
    void nothingMeasuredNothingJudged() {
        assertThat(Goals.of(Map.of(), new Figures()))
                .hasSizeGreaterThan(20)
                .allMatch(goal -> goal.verdict() == Goal.Verdict.NOT_MEASURED);
    }

    @Test
    void limitsAreJudged() {
        Figures figures = new Figures();
        figures.add("memory.bytes.per.id", "", 48, "bytes");
        figures.add("memory.node.heap.mib", "", 1_025, "MiB");
        figures.add("settlement.rows.per.second", "", 99_999, "rows/s");

        Map<String, Goal> goals = goals(figures);

        assertThat(goals.get("memory.id").verdict()).isEqualTo(Goal.Verdict.HOLDS);
        assertThat(goals.get("memory.node").verdict()).isEqualTo(Goal.Verdict.DOES_NOT_HOLD);
        assertThat(goals.get("settlement.rate").verdict()).isEqualTo(Goal.Verdict.DOES_NOT_HOLD);
    }

    @Test
    void ratiosAreJudged() {
        Figures figures = new Figures();
        figures.add("half.p99.micros", "", 5_000, "us");
        figures.add("half.send.p99.micros", "", 1_000, "us");
        figures.add("settlement.with.per.second", "", 59, "/s");
        figures.add("settlement.without.per.second", "", 100, "/s");

        Map<String, Goal> goals = goals(figures);

        assertThat(goals.get("half.p99").verdict()).isEqualTo(Goal.Verdict.HOLDS);
        assertThat(goals.get("half.p99").measured()).startsWith("5.00 x");
        assertThat(goals.get("settlement.toll").verdict()).isEqualTo(Goal.Verdict.DOES_NOT_HOLD);
    }
}
