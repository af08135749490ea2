// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.benchmarks.load.LoadResult;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SumsTest {
    private static LoadResult told(long deducted, long unknown, long retriedOtherwise) {
        return new LoadResult(
                deducted,
                0,
                unknown,
                10,
                retriedOtherwise,
                deducted,
                1,
                new LoadResult.Latency(1, 1, 1, 1, 1),
                Map.of(),
                0);
    }

    @Test
    void whatAddsUpIsRight() {
        assertThat(Sums.check(told(70, 0, 0), new Books(100, 30, 70, 70))).isEmpty();
    }

    @Test
    void whatNobodyWasToldMayBeSoldOrNot() {
        assertThat(Sums.check(told(70, 5, 0), new Books(100, 30, 70, 70))).isEmpty();
        assertThat(Sums.check(told(70, 5, 0), new Books(100, 25, 75, 75))).isEmpty();
        assertThat(Sums.check(told(70, 5, 0), new Books(100, 24, 76, 76))).hasSize(1);
    }

    @Test
    void lostUnitIsNamed() {
        assertThat(Sums.check(told(70, 0, 0), new Books(100, 31, 69, 69)))
                .singleElement()
                .asString()
                .contains("69 units sold (expected: 70");
    }

    @Test
    void unitThatWasSoldTwiceIsNamed() {
        assertThat(Sums.check(told(70, 0, 0), new Books(100, 31, 69, 70)))
                .anyMatch(line -> line.contains("69 units sold, 70 entries in the ledger"));
    }

    @Test
    void negativeStockIsNamed() {
        assertThat(Sums.check(told(110, 0, 0), new Books(100, -10, 110, 110)))
                .singleElement()
                .asString()
                .contains("-10 units left");
    }

    @Test
    void unitsThatVanishAreNamed() {
        assertThat(Sums.check(told(70, 0, 0), new Books(100, 29, 70, 70)))
                .singleElement()
                .asString()
                .contains("expected: received = left + sold");
    }

    @Test
    void retryThatHearsSomethingElseIsNamed() {
        assertThat(Sums.check(told(70, 0, 1), new Books(100, 30, 70, 70)))
                .singleElement()
                .asString()
                .contains("1 of 10 retries");
    }
}
