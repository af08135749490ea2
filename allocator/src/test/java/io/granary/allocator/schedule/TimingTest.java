// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TimingTest {
    private static final Instant NOON = Instant.parse("2026-03-27T12:00:00Z");

    @Test
    void aOneOffHasOneTimeAlsoIfThatIsPast() {
        Timing timing = new Timing.At(NOON);
        assertThat(timing.first(NOON.plusSeconds(60))).contains(NOON);
        assertThat(timing.after(NOON.minusMillis(1))).contains(NOON);
        assertThat(timing.after(NOON)).isEmpty();
    }

    @Test
    void aPeriodIsCountedFromItsStartAndMissedTimesAreNotMadeUpFor() {
        Timing timing = new Timing.Every(Duration.ofMinutes(10), NOON);
        assertThat(timing.first(NOON)).contains(NOON.plusSeconds(600));
        assertThat(timing.after(NOON.plusSeconds(600))).contains(NOON.plusSeconds(1_200));
        assertThat(timing.after(NOON.plusSeconds(3_601))).contains(NOON.plusSeconds(4_200));
        assertThat(timing.after(NOON.minusSeconds(3_600))).contains(NOON.plusSeconds(600));
    }

    @Test
    void cronMeansTheClockOfItsZoneAlsoWhenThatIsPutForward() {
        Timing timing = new Timing.Cron("30 18 * * *", ZoneId.of("Europe/Berlin"));
        assertThat(timing.after(NOON)).contains(Instant.parse("2026-03-27T17:30:00Z"));
        assertThat(timing.after(Instant.parse("2026-03-29T00:00:00Z"))).contains(Instant.parse("2026-03-29T16:30:00Z"));
    }

    @Test
    void cronWithSixFieldsBeginsWithTheSecond() {
        Timing timing = new Timing.Cron("*/15 0 12 * * FRI", ZoneOffset.UTC);
        assertThat(timing.after(NOON)).contains(NOON.plusSeconds(15));
        assertThat(timing.after(NOON.plusSeconds(45))).contains(NOON.plus(Duration.ofDays(7)));
    }

    @Test
    void aCronExpressionWithoutAnyFurtherTimeEnds() {
        assertThat(new Timing.Cron("0 0 31 2 *", ZoneOffset.UTC).after(NOON)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "* * * *", "61 * * * *", "0 18 * * NOSUCHDAY", "* * * * * * *", "noon"})
    void whatIsNoCronExpressionIsRefusedByName(String expression) {
        assertThatThrownBy(() -> new Timing.Cron(expression, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cron: '" + expression + "' (expected: ");
    }

    @Test
    void aPeriodIsAtLeastASecondAndInWholeSeconds() {
        assertThatThrownBy(() -> new Timing.Every(Duration.ofMillis(999), NOON))
                .hasMessageStartingWith("every: 999 ms");
        assertThatThrownBy(() -> new Timing.Every(Duration.ofMillis(1_500), NOON))
                .hasMessage("every: 1500 ms (expected: whole seconds)");
    }
}
