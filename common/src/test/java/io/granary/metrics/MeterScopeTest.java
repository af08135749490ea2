// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MeterScopeTest {
    private final ProcessMetrics process = new ProcessMetrics();

    private String scraped(String family) {
        return String.join(
                "\n",
                process.scrape().lines().filter(line -> line.startsWith(family)).toList());
    }

    @Test
    void metersHaveTheTagsOfTheirService() {
        MeterScope meters = new MeterScope(process.registry(), "node", "node-1");

        meters.counter("granary.test.answers", "Answers", "answer", "DEDUCTED").increment(3);

        assertThat(scraped("granary_test_answers"))
                .isEqualTo("granary_test_answers_total{answer=\"DEDUCTED\",node=\"node-1\"} 3.0");
    }

    @Test
    void ofTwoServicesInARegistryEachHasItsOwn() {
        try (MeterScope first = new MeterScope(process.registry(), "node", "node-1");
                MeterScope second = new MeterScope(process.registry(), "node", "node-2")) {
            first.gauge("granary.test.units", "Units", () -> 1);
            second.gauge("granary.test.units", "Units", () -> 2);

            assertThat(scraped("granary_test_units").lines())
                    .containsExactlyInAnyOrder(
                            "granary_test_units{node=\"node-1\"} 1.0", "granary_test_units{node=\"node-2\"} 2.0");
        }
    }

    @Test
    void nothingIsLeftOfAServiceThatEnds() {
        MeterScope meters = new MeterScope(process.registry(), "node", "node-1");
        meters.counter("granary.test.count", "Count");
        meters.timer("granary.test.time", "Time");
        meters.gauge("granary.test.now", "Now", () -> 1);

        meters.close();

        assertThat(scraped("granary_test")).isEmpty();
        // Its successor counts anew, and is the one who is asked.
        AtomicInteger now = new AtomicInteger(7);
        new MeterScope(process.registry(), "node", "node-1").gauge("granary.test.now", "Now", now::get);
        assertThat(scraped("granary_test_now")).endsWith(" 7.0");
    }

    @Test
    void aTimeHasAHistogramOfFewSeries() {
        MeterScope meters = new MeterScope(process.registry());

        meters.timer("granary.test.time", "Time").record(Duration.ofMillis(3));

        assertThat(scraped("granary_test_time_seconds_bucket{le=\"0.002\"}")).endsWith(" 0");
        assertThat(scraped("granary_test_time_seconds_bucket{le=\"0.004\"}")).endsWith(" 1");
        assertThat(scraped("granary_test_time").lines()).hasSizeLessThan(24);
    }

    @Test
    void theJvmIsThere() {
        assertThat(process.scrape()).contains("jvm_memory_used_bytes", "process_uptime_seconds", "process_cpu_usage");
    }
}
