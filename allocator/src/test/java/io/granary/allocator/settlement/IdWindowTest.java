// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class IdWindowTest {
    private static final IdWindow WINDOW = new IdWindow(Duration.ofSeconds(60), 1_000, 100, Duration.ofSeconds(10));
    private static final long SECOND = 1_000_000_000;

    @Test
    void withoutAMarkOldEnoughItBeginsWithTheLane() {
        assertThat(WINDOW.start(List.of(), 5_000)).isEqualTo(new IdWindow.Start(0, 0));
        assertThat(WINDOW.start(List.of(new KnownMark(10, 4_500, 59_999)), 5_000))
                .isEqualTo(new IdWindow.Start(0, 0));
    }

    @Test
    void itBeginsAtTheNewestMarkThatIsOldEnoughOrHasEnoughIdsAfterIt() {
        KnownMark first = new KnownMark(10, 4_000, 70_010);
        KnownMark second = new KnownMark(20, 4_500, 60_000);
        KnownMark third = new KnownMark(30, 4_900, 10);
        assertThat(WINDOW.start(List.of(first, second, third), 4_999)).isEqualTo(new IdWindow.Start(20, 60_000));
        assertThat(WINDOW.start(List.of(first, second, third), 5_900)).isEqualTo(new IdWindow.Start(30, 10));
        assertThat(WINDOW.start(List.of(new KnownMark(10, 4_000, 10), third), 5_000))
                .isEqualTo(new IdWindow.Start(10, 10));
    }

    @Test
    void aMarkIsDueAfterManyIdsOrSomeIdsAndTime() {
        LaneMark last = new LaneMark(10, 500);
        assertThat(WINDOW.isMarkDue(last, 599, 1)).isFalse();
        assertThat(WINDOW.isMarkDue(last, 600, 1)).isTrue();
        assertThat(WINDOW.isMarkDue(last, 501, 10 * SECOND - 1)).isFalse();
        assertThat(WINDOW.isMarkDue(last, 501, 10 * SECOND)).isTrue();
        assertThat(WINDOW.isMarkDue(last, 500, 10 * SECOND)).isFalse();
        assertThat(WINDOW.isMarkDue(null, 1, 0)).isTrue();
        assertThat(WINDOW.isMarkDue(null, 0, 0)).isFalse();
    }

    @Test
    void settingsOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() -> new IdWindow(Duration.ofMillis(1), 10, 1, Duration.ofMillis(1)))
                .hasMessage("age: PT0.001S (expected: 1 s to 1 day)");
        assertThatThrownBy(() -> new IdWindow(Duration.ofSeconds(1), 10, 11, Duration.ofSeconds(1)))
                .hasMessage("markIds: 11 (expected: 1 to ids, 10)");
    }
}
