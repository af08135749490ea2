// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.faults.Fault.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SalesBoundTest {
    private static final Path PAGE = Path.of("../docs/correctness.md");
    private static final Duration SESSION = Duration.ofSeconds(4);
    private static final SalesBound ZOOKEEPER = bound(Kind.PAUSE, Target.ZOOKEEPER);

    private final SalesFigures figures = new SalesFigures();

    private static SalesBound bound(Kind kind, String group) {
        return SalesBound.of(new Trouble(kind, group)).orElseThrow();
    }

    private void calls(Outcome outcome, int count) {
        for (int i = 0; i < count; i++) {
            figures.steady(new DeductionResult(outcome, 0), 1_000_000);
        }
    }

    private void silent(long millis, long faultMillis) {
        long fault = TimeUnit.MILLISECONDS.toNanos(faultMillis);
        figures.over(fault, fault, TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void thereIsOneForEachKindOfFaultOnEachKindOfTarget() {
        for (Kind kind : Kind.values()) {
            for (String group : kind.isOfLinks() ? Target.LINKS : Target.PROCESSES) {
                assertThat(SalesBound.ALL)
                        .filteredOn(bound ->
                                bound.group().equals(group) && bound.kinds().contains(kind))
                        .as("%s %s", kind, group)
                        .hasSize(1);
            }
        }
        assertThat(SalesBound.of(Trouble.COMBINED)).isEmpty();
    }

    @Test
    void theyAreThoseOfThePage() throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        int first = page.indexOf(SalesBound.ALL.get(0).row());

        assertThat(first).as("the first row in %s", PAGE).isPositive();
        List<String> table = page.subList(first, page.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(table)
                .containsExactlyElementsOf(
                        SalesBound.ALL.stream().map(SalesBound::row).toList());
    }

    @Test
    void whatIsWithinTheBoundKeepsIt() {
        calls(Outcome.DEDUCTED, 95);
        calls(Outcome.UNAVAILABLE, 5);
        silent(2_000, 8_000);

        assertThat(ZOOKEEPER.over(figures, SESSION)).isEmpty();
    }

    @Test
    void fewerAnswersAreOver() {
        calls(Outcome.DEDUCTED, 94);
        calls(Outcome.UNKNOWN, 6);

        assertThat(ZOOKEEPER.over(figures, SESSION)).containsExactly("deducted: 94.0 % (expected: at least 95 %)");
    }

    @Test
    void aLongerSilenceIsOver() {
        silent(2_001, 8_000);

        assertThat(ZOOKEEPER.over(figures, SESSION)).containsExactly("silence: 2001 ms (expected: at most 2000)");
    }

    @Test
    void aFalseRefusalIsOver() {
        calls(Outcome.DEDUCTED, 1_000);
        calls(Outcome.SOLD_OUT, 1);

        assertThat(ZOOKEEPER.over(figures, SESSION)).containsExactly("false refusals: 1 (expected: 0)");
    }

    @Test
    void aTakeoverMayTakeTheSessionTimeoutLonger() {
        SalesBound node = bound(Kind.KILL, Target.NODE);
        silent(12_000, 100);
        assertThat(node.over(figures, SESSION)).isEmpty();
        assertThat(node.over(figures, SESSION.minusSeconds(1)))
                .containsExactly("silence: 12000 ms (expected: at most 11000)");
    }

    @Test
    void withoutTheBrokerNothingIsSoldForAsLongAsItIsAway() {
        SalesBound broker = bound(Kind.KILL, Target.BROKER);
        calls(Outcome.UNKNOWN, 10);
        silent(68_000, 60_000);
        assertThat(broker.over(figures, SESSION)).isEmpty();

        silent(10_000, 1_000);
        assertThat(broker.over(figures, SESSION))
                .containsExactly("silence beyond the fault: 9000 ms (expected: at most 8000)");
    }
}
