// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static io.granary.node.lane.LaneBench.id;
import static io.granary.protocol.Answer.DEDUCTED;
import static io.granary.protocol.Answer.INSUFFICIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.node.testing.ScriptedLog;
import io.granary.record.LogRecord;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a lane's records prove to be acknowledged. */
final class LaneProofTest {
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final LaneBench bench = new LaneBench();
    private final ScriptedLog log = bench.log;

    /** Joined and told to write version 2, with the first proof stored: offsets 0 and 1 are taken. */
    private void joined() {
        bench.lane.writeRecords(2);
        bench.joined().open(0, 10);
        bench.loop.pass(PAUSE);
        bench.store();
        bench.loop.run();
    }

    private List<Long> named() {
        return log.records(0).stream().map(LogRecord::acknowledged).toList();
    }

    @Test
    void untilItIsToldRecordsNameNothingAndNothingFollowsThem() {
        bench.joined().open(0, 10);
        bench.deduct(1, 1);
        bench.store();
        bench.loop.pass(LONG);

        assertThat(named()).containsExactly(LogRecord.UNNAMED, LogRecord.UNNAMED);
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void whatStoodInTheLaneBeforeTheFirstRecordIsProven() {
        log.add(0, record -> record.fence(id(0), 1));
        bench.lane.writeRecords(2);
        bench.joined();
        bench.loop.pass(PAUSE);
        bench.store();
        bench.loop.pass(LONG);

        assertThat(named()).containsExactly(LogRecord.UNNAMED, LogRecord.NOTHING, 1L);
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void eachRecordNamesTheOneThatWasAcknowledgedBefore() {
        joined();
        bench.deduct(1, 1);
        bench.deduct(2, 1);
        bench.store();
        bench.deduct(3, 1);
        bench.store();
        bench.store();

        assertThat(named()).containsExactly(LogRecord.NOTHING, 0L, 1L, 2L, 3L);
    }

    @Test
    void whatWasWrittenLastIsProvenByAnEmptyRecord() {
        joined();
        bench.deduct(1, 1);
        bench.store();
        bench.loop.pass(PAUSE.minusNanos(1));
        assertThat(log.waiting(0)).isZero();

        bench.loop.pass(Duration.ofNanos(1));
        bench.store();
        assertThat(bench.last().sections()).isEmpty();
        assertThat(bench.last().acknowledged()).isEqualTo(2);

        bench.loop.pass(LONG);
        assertThat(log.waiting(0)).as("a proof needs none").isZero();
    }

    @Test
    void noRecordIsAddedWhileOthersFollow() {
        joined();
        for (int i = 1; i <= 10; i++) {
            bench.deduct(i, 1);
            bench.store();
            bench.loop.pass(PAUSE.minusMillis(1));
            assertThat(log.waiting(0)).isZero();
        }

        assertThat(log.records(0))
                .hasSize(12)
                .filteredOn(record -> record.sections().isEmpty())
                .hasSize(2);
    }

    @Test
    void whatIsStillUnderWayProvesWhatIsBeforeIt() {
        joined();
        bench.deduct(1, 1);
        bench.store();
        bench.deduct(2, 1);
        bench.loop.pass(LONG);
        assertThat(log.waiting(0)).isEqualTo(1);
        bench.store();

        assertThat(named()).endsWith(1L, 2L);
    }

    @Test
    void whoComesWhileAProofIsUnderWayWaitsForItAndNoLonger() {
        joined();
        bench.deduct(1, 1);
        bench.store();
        bench.loop.pass(PAUSE);
        int frame = bench.deduct(2, 1);
        assertThat(log.waiting(0)).isEqualTo(1);
        bench.store();
        bench.store();

        assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
        assertThat(named()).endsWith(1L, 2L, 3L);
    }

    @Test
    void aRecordThatOnlyRefusesNeedsNoProof() {
        joined();
        int frame = bench.deduct(1, 11);
        bench.store();
        bench.loop.pass(LONG);

        assertThat(bench.answer(frame)).isEqualTo(INSUFFICIENT);
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void whatOthersWroteBeforeARecordIsProvenWithIt() {
        joined();
        bench.fence(id(1), 4);
        bench.deduct(1, 11);
        bench.store();
        bench.loop.pass(PAUSE);
        bench.store();
        bench.loop.pass(LONG);

        assertThat(named()).endsWith(LogRecord.UNNAMED, 1L, 3L);
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void aRecordThatIsSentAgainNamesTheSame() {
        joined();
        bench.deduct(1, 1);
        log.next(0).storeUnconfirmed();
        bench.loop.pass(Duration.ofMillis(10));
        bench.store();
        bench.loop.pass(PAUSE);
        bench.store();

        assertThat(named()).endsWith(1L, 1L, 3L);
    }

    @Test
    void aVersionIsNeverLeftForALowerOneNorTakenThatIsNotKnown() {
        joined();
        bench.lane.writeRecords(1);
        assertThat(bench.lane.recordVersion()).isEqualTo(2);

        bench.lane.writeRecords(9);
        assertThat(bench.lane.recordVersion()).isEqualTo(LogRecord.VERSION);
    }

    @Test
    void onceToldItProvesWhatItWroteBefore() {
        bench.joined().open(0, 10);
        bench.deduct(1, 1);
        bench.store();
        bench.loop.pass(LONG);
        bench.lane.writeRecords(2);
        bench.loop.run();
        bench.store();

        assertThat(named()).containsExactly(LogRecord.UNNAMED, LogRecord.UNNAMED, 1L);
    }

    @Test
    void aStoppedLaneProvesNothing() {
        joined();
        bench.deduct(1, 1);
        bench.store();
        bench.lane.stop("test");
        bench.loop.pass(LONG);

        assertThat(log.waiting(0)).isZero();
    }
}
