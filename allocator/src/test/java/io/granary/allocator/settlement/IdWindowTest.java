// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IdWindowTest {
    private static final IdWindow WINDOW = new IdWindow(Duration.ofSeconds(60), 1_000, 100, Duration.ofSeconds(10));
    private static final long NOW = 1_000_000;

    @Test
    void withoutAMarkOldEnoughItBeginsWithTheLane() {
        assertThat(WINDOW.start(List.of(), 5_000, NOW)).isZero();
        assertThat(WINDOW.start(List.of(new LaneMark(10, 4_500, NOW - 59_999)), 5_000, NOW))
                .isZero();
    }

    @Test
    void itBeginsAtTheNewestMarkThatIsOldEnoughOrHasEnoughIdsAfterIt() {
        LaneMark first = new LaneMark(10, 4_000, NOW - 10);
        LaneMark second = new LaneMark(20, 4_500, NOW - 60_000);
        LaneMark third = new LaneMark(30, 4_900, NOW - 10);
        assertThat(WINDOW.start(List.of(first, second, third), 4_999, NOW)).isEqualTo(20);
        assertThat(WINDOW.start(List.of(first, second, third), 5_900, NOW)).isEqualTo(30);
        assertThat(WINDOW.start(List.of(first, third), 5_000, NOW)).isEqualTo(10);
    }

    @Test
    void aMarkIsDueAfterManyIdsOrSomeIdsAndTime() {
        LaneMark last = new LaneMark(10, 500, NOW);
        assertThat(WINDOW.isMarkDue(last, 599, NOW + 1)).isFalse();
        assertThat(WINDOW.isMarkDue(last, 600, NOW + 1)).isTrue();
        assertThat(WINDOW.isMarkDue(last, 501, NOW + 9_999)).isFalse();
        assertThat(WINDOW.isMarkDue(last, 501, NOW + 10_000)).isTrue();
        assertThat(WINDOW.isMarkDue(last, 500, NOW + 10_000)).isFalse();
        assertThat(WINDOW.isMarkDue(null, 1, NOW)).isTrue();
        assertThat(WINDOW.isMarkDue(null, 0, NOW)).isFalse();
    }

    @Test
    void settingsOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() -> new IdWindow(Duration.ofMillis(1), 10, 1, Duration.ofMillis(1)))
                .hasMessage("age: PT0.001S (expected: 1 s to 1 day)");
        assertThatThrownBy(() -> new IdWindow(Duration.ofSeconds(1), 10, 11, Duration.ofSeconds(1)))
                .hasMessage("markIds: 11 (expected: 1 to ids, 10)");
    }
}
