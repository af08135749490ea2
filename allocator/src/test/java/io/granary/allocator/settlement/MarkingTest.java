// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class MarkingTest {
    private static final long SECOND = 1_000_000_000;

    private final Marking marking =
            new Marking(new IdWindow(Duration.ofSeconds(60), 1_000, 100, Duration.ofSeconds(10)), 0);

    private static LaneStanding standing(long settled, long ids, LaneMark last) {
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

    @Test
    void aMarkStandsBehindTheChangeThatItIsPutWith() {
        marking.begin(standing(7, 50, new LaneMark(7, 50)), 0);
        assertThat(marking.due(change(7, 9, 99), SECOND)).isNull();
        marking.applied(change(7, 9, 99), null, SECOND);
        LaneMark due = marking.due(change(9, 12, 1), SECOND);
        assertThat(due).isEqualTo(new LaneMark(12, 150));
        marking.applied(change(9, 12, 1), due, SECOND);
        assertThat(marking.due(change(12, 13, 1), 11 * SECOND - 1)).isNull();
        assertThat(marking.due(change(12, 13, 1), 11 * SECOND)).isEqualTo(new LaneMark(13, 151));
    }

    /** A settler that begins again every few seconds, as the database is away, would never put one. */
    @Test
    void beginningAgainDoesNotMakeAMarkYounger() {
        LaneMark last = new LaneMark(7, 50);
        marking.begin(standing(7, 50, last), 0);
        marking.begin(standing(7, 50, last), 9 * SECOND);
        assertThat(marking.due(change(7, 8, 1), 10 * SECOND)).isEqualTo(new LaneMark(8, 51));
    }

    @Test
    void aMarkOfAnotherSettlerIsAsOldAsItIsKnownHere() {
        marking.begin(standing(7, 50, new LaneMark(7, 50)), 0);
        marking.begin(standing(9, 60, new LaneMark(9, 60)), 9 * SECOND);
        assertThat(marking.due(change(9, 10, 1), 10 * SECOND)).isNull();
        assertThat(marking.due(change(9, 10, 1), 19 * SECOND)).isEqualTo(new LaneMark(10, 61));
    }
}
