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

    private static boolean isMarkDue(long ids, long records, long bytes, long nanos) {
        return WINDOW.isMarkDue(new IdWindow.Since(ids, records, bytes, nanos));
    }

    @Test
    void aMarkIsDueAfterManyIds() {
        assertThat(isMarkDue(99, 1, 1, 1)).isFalse();
        assertThat(isMarkDue(100, 1, 1, 1)).isTrue();
    }

    @Test
    void aMarkIsDueAfterATimeOfRecordsThatHaveNoIds() {
        assertThat(isMarkDue(0, 1, 1, 10 * SECOND - 1)).isFalse();
        assertThat(isMarkDue(0, 1, 1, 10 * SECOND)).isTrue();
        assertThat(isMarkDue(0, 0, 0, 10 * SECOND)).isFalse();
    }

    @Test
    void aMarkIsDueAfterManyRecordsOrBytes() {
        assertThat(isMarkDue(0, 9_999, 1, SECOND)).isFalse();
        assertThat(isMarkDue(0, 10_000, 1, SECOND)).isTrue();
        assertThat(isMarkDue(0, 1, (16 << 20) - 1, SECOND)).isFalse();
        assertThat(isMarkDue(0, 1, 16 << 20, SECOND)).isTrue();
    }

    /** Whatever comes, and however the window is set: some hundred marks. */
    @Test
    void marksStayFew() {
        assertThat(isMarkDue(0, 1_000_000, 1 << 30, 60 * SECOND / 250 - 1)).isFalse();
        assertThat(isMarkDue(0, 1_000_000, 1 << 30, 60 * SECOND / 250)).isTrue();
        IdWindow fine = new IdWindow(Duration.ofDays(1), 1_000_000, 1, Duration.ofMillis(1));
        assertThat(fine.isMarkDue(new IdWindow.Since(3_999, 1, 1, SECOND))).isFalse();
        assertThat(fine.isMarkDue(new IdWindow.Since(4_000, 1, 1, SECOND))).isTrue();
    }

    @Test
    void settingsOutOfTheirRangeAreRefused() {
        assertThatThrownBy(() -> new IdWindow(Duration.ofMillis(1), 10, 1, Duration.ofMillis(1)))
                .hasMessage("age: PT0.001S (expected: 1 s to 1 day)");
        assertThatThrownBy(() -> new IdWindow(Duration.ofSeconds(1), 10, 11, Duration.ofSeconds(1)))
                .hasMessage("markIds: 11 (expected: 1 to ids, 10)");
    }
}
