// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MarkingTest {
    private static final long SECOND = 1_000_000_000;

    private final Marking marking =
            new Marking(new IdWindow(Duration.ofSeconds(60), 1_000, 100, Duration.ofSeconds(10)), 0);

    private static LaneStanding standing(long settled, long ids, @Nullable LaneMark last) {
        return new LaneStanding(settled, OptionalLong.empty(), ids, last, null);
    }

    private static LaneChange change(long from, long to, long ids) {
        return new LaneChange(
                0,
                from,
                to,
                0,
                ids,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new LaneChange.Skipped(0, 0, 0));
    }

    private @Nullable LaneMark settle(LaneChange change, long bytes, long nowNanos) {
        LaneMark mark = marking.due(change, bytes, nowNanos);
        marking.applied(change, bytes, mark, nowNanos);
        return mark;
    }

    @Test
    void aMarkStandsBehindTheChangeThatItIsPutWith() {
        marking.begin(standing(7, 50, new LaneMark(7, 50)), 0);
        assertThat(settle(change(7, 9, 99), 1, SECOND)).isNull();
        assertThat(settle(change(9, 12, 1), 1, SECOND)).isEqualTo(new LaneMark(12, 150));
        assertThat(settle(change(12, 13, 1), 1, 11 * SECOND - 1)).isNull();
        assertThat(settle(change(13, 14, 1), 1, 11 * SECOND)).isEqualTo(new LaneMark(14, 152));
    }

    @Test
    void recordsAndBytesAreCountedFromTheLastMark() {
        marking.begin(standing(100, 50, new LaneMark(100, 50)), 0);
        assertThat(settle(change(100, 10_099, 0), 1, SECOND)).isNull();
        assertThat(settle(change(10_099, 10_100, 0), 1, SECOND)).isEqualTo(new LaneMark(10_100, 50));
        assertThat(settle(change(10_100, 10_101, 0), 10 << 20, 2 * SECOND)).isNull();
        assertThat(settle(change(10_101, 10_102, 0), 6 << 20, 2 * SECOND)).isEqualTo(new LaneMark(10_102, 50));
        assertThat(settle(change(10_102, 10_103, 0), 6 << 20, 3 * SECOND)).isNull();
    }

    /** A settler that begins again every few seconds, as the database is away, would never put one. */
    @Test
    void beginningAgainDoesNotMakeAMarkYounger() {
        LaneMark last = new LaneMark(7, 50);
        marking.begin(standing(7, 50, last), 0);
        marking.begin(standing(7, 50, last), 9 * SECOND);
        assertThat(settle(change(7, 8, 1), 1, 10 * SECOND)).isEqualTo(new LaneMark(8, 51));
    }

    @Test
    void aLaneWithoutAMarkGetsItsFirstInTime() {
        marking.begin(standing(0, 0, null), 0);
        assertThat(settle(change(0, 3, 2), 1, 10 * SECOND - 1)).isNull();
        assertThat(settle(change(3, 4, 0), 1, 10 * SECOND)).isEqualTo(new LaneMark(4, 2));
    }

    @Test
    void aMarkOfAnotherSettlerIsAsOldAsItIsKnownHere() {
        marking.begin(standing(7, 50, new LaneMark(7, 50)), 0);
        marking.begin(standing(9, 60, new LaneMark(9, 60)), 9 * SECOND);
        assertThat(settle(change(9, 10, 1), 1, 10 * SECOND)).isNull();
        assertThat(settle(change(10, 11, 1), 1, 19 * SECOND)).isEqualTo(new LaneMark(11, 62));
    }
}
