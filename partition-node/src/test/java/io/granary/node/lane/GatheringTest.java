// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.node.testing.ScriptedLog;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.record.Section;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is answered together is asked to come back together. */
final class GatheringTest {
    private static final Duration MOST = Duration.ofNanos(300_000);
    private static final LaneSettings SETTINGS =
            new LaneSettings(4_096, MOST, 4_096, Duration.ofMinutes(10), 1_000_000);

    private final ScriptedLog log = new ScriptedLog(1);
    private final LaneBench bench = new LaneBench(SETTINGS, log);

    @Test
    void waitsForAsManyAsWereAnsweredAndWereWaiting() {
        Gathering gathering = new Gathering(MOST);
        assertThat(gathering.waitNanos(1, 5)).isLessThanOrEqualTo(0);

        gathering.answered(32, 10, 1_000);

        assertThat(gathering.waitNanos(41, 1_100)).isEqualTo(299_900);
        assertThat(gathering.waitNanos(42, 1_100)).isZero();
        assertThat(gathering.waitNanos(10, 301_000)).isZero();
        assertThat(gathering.waitNanos(10, 900_000)).isNegative();
    }

    @Test
    void withoutATimeNothingWaits() {
        Gathering gathering = new Gathering(Duration.ZERO);

        gathering.answered(32, 10, 1_000);

        assertThat(gathering.waitNanos(1, 1_000)).isZero();
    }

    @Test
    void aCallerAloneNeverWaits() {
        bench.joined().open(0, 100);
        for (int id = 1; id <= 3; id++) {
            int frame = bench.deduct(id, 1);
            assertThat(log.waiting(0)).isEqualTo(1);
            bench.store();
            assertThat(bench.answer(frame)).isEqualTo(Answer.DEDUCTED);
        }
    }

    @Test
    void whatHasFormedWaitsForThoseWhoWereAnswered() {
        bench.joined().open(0, 100);
        bench.deduct(1, 1);
        bench.deduct(2, 1);
        bench.store();
        // One was answered and one waits: two are expected.
        assertThat(log.waiting(0)).isZero();

        bench.deduct(3, 1);

        assertThat(log.waiting(0)).isEqualTo(1);
        bench.store();
        assertThat(entriesOfLast()).isEqualTo(2);
    }

    @Test
    void butNotForLong() {
        bench.joined().open(0, 100);
        bench.deduct(1, 1);
        int second = bench.deduct(2, 1);
        bench.store();
        bench.loop.pass(MOST.minusNanos(1));
        assertThat(log.waiting(0)).isZero();

        bench.loop.pass(Duration.ofNanos(1));

        assertThat(log.waiting(0)).isEqualTo(1);
        bench.store();
        assertThat(bench.answer(second)).isEqualTo(Answer.DEDUCTED);
    }

    @Test
    void aFullRecordDoesNotWait() {
        bench.joined().open(0, 10_000);
        bench.send(frame(1, 150));
        bench.send(frame(1_000, 150));
        bench.send(frame(2_000, 150));
        bench.store();

        assertThat(log.waiting(0)).isEqualTo(1);
    }

    @Test
    void whoIsRefusedCountsToo() {
        bench.joined().open(0, 1);
        int bought = bench.deduct(1, 1);
        int refused = bench.deduct(2, 1);
        bench.store();
        assertThat(bench.answer(bought)).isEqualTo(Answer.DEDUCTED);
        assertThat(log.waiting(0)).isZero();

        bench.deduct(3, 1);

        assertThat(log.waiting(0)).isEqualTo(1);
        bench.store();
        assertThat(bench.answer(refused)).isEqualTo(Answer.INSUFFICIENT);
    }

    @Test
    void aPartitionThatIsClosedMeanwhileLeavesNothingToWaitFor() {
        Partition partition = bench.joined().open(0, 100);
        bench.open(1, 100);
        bench.deduct(1, 1);
        int second = bench.deduct(2, 1);
        bench.store();
        bench.lane.close(partition);
        assertThat(bench.answer(second)).isEqualTo(Answer.NOT_OWNER);

        int other = bench.deduct(LaneBench.id(1), 1, 3, 1);
        bench.loop.pass(MOST);

        bench.store();
        assertThat(bench.answer(other)).isEqualTo(Answer.DEDUCTED);
    }

    private ClientFrame.Builder frame(long firstId, int entries) {
        ClientFrame.Builder frame = bench.begin().group(LaneBench.id(0), 1);
        for (int i = 0; i < entries; i++) {
            frame.entry(firstId + i, firstId, 1);
        }
        return frame;
    }

    private int entriesOfLast() {
        List<Section> sections = bench.last().sections();
        return sections.stream()
                .mapToInt(section -> ((Section.Deductions) section).entries().count())
                .sum();
    }
}
