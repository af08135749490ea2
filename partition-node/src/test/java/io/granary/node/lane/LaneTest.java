// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static io.granary.node.lane.LaneBench.id;
import static io.granary.protocol.Answer.CONFLICT;
import static io.granary.protocol.Answer.DEDUCTED;
import static io.granary.protocol.Answer.EXCEEDS_ACTUAL;
import static io.granary.protocol.Answer.EXPIRED;
import static io.granary.protocol.Answer.INSUFFICIENT;
import static io.granary.protocol.Answer.INVALID;
import static io.granary.protocol.Answer.NOT_OWNER;
import static io.granary.protocol.Answer.THROTTLED;
import static io.granary.protocol.Answer.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.PartitionId;
import io.granary.model.Quantity;
import io.granary.model.Sku;
import io.granary.node.lane.Lane.Beginning;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import io.granary.node.testing.ScriptedLog;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.NodeFrame;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class LaneTest {
    private static final Duration LONG = Duration.ofSeconds(5);

    private LaneBench bench = new LaneBench();
    private ScriptedLog log = bench.log;

    private void use(LaneBench other) {
        bench = other;
        log = other.log;
    }

    @Nested
    final class Joining {
        @Test
        void theLaneIsKnownWhenItsFirstRecordIsStored() {
            bench.lane.join(1, 0);
            bench.loop.run();
            assertThat(bench.lane.number()).isEmpty();
            assertThat(bench.lane.begin(id(0), 1)).isEqualTo(Beginning.REFUSED);

            log.next(1).store();
            bench.loop.run();

            assertThat(bench.lane.number()).hasValue(1);
            assertThat(bench.events).containsExactly("joined 1");
            assertThat(log.records(1).get(0).sections()).isEmpty();
            assertThat(log.records(1).get(0).writer()).isEqualTo("node-1");
        }

        @Test
        void theFirstRecordIsSentUntilItIsStored() {
            bench.lane.join(0, 0);
            log.next(0).lose();
            bench.loop.pass(LONG);
            log.next(0).storeUnconfirmed();
            bench.loop.pass(LONG);
            log.next(0).store();
            bench.loop.run();

            assertThat(bench.lane.number()).hasValue(0);
            assertThat(bench.events).containsExactly("joined 0");
        }

        @Test
        void aLaneIsForLife() {
            bench.joined();

            bench.lane.join(0, 0);
            bench.loop.run();
            assertThat(log.waiting(0)).isZero();
            assertThat(bench.events).isEmpty();

            bench.lane.join(1, 0);
            bench.loop.run();
            assertThat(log.waiting(1)).isZero();
            assertThat(bench.events).containsExactly("stopped");
        }

        @Test
        void aLaneWhosePlaceNobodyKnowsIsLeftForAnother() {
            bench.lane.join(0, 0);
            bench.lane.join(1, 0);
            log.next(0).store();
            log.next(1).store();
            bench.loop.run();

            assertThat(bench.lane.number()).hasValue(1);
            assertThat(bench.events).containsExactly("joined 1");
        }

        @Test
        void aLaneThatEndsBelowWhatHasSettledIsRefusedForGood() {
            log.add(0, record -> {});
            bench.lane.join(0, 2);
            log.next(0).store();
            bench.loop.run();
            String refusal =
                    "refused 0: lane 0: the first record of this node is stored at offset 1 (expected: at least"
                            + " 2, as all before that has settled); the log has lost acknowledged records";
            assertThat(bench.events).containsExactly(refusal);
            assertThat(bench.lane.number()).isEmpty();
            assertThat(bench.lane.begin(id(0), 1)).isEqualTo(Beginning.REFUSED);

            // Another record there, and the lane would seem to be long enough.
            bench.lane.join(0, 2);
            bench.loop.run();
            assertThat(log.waiting(0)).isZero();
            assertThat(bench.events).containsExactly(refusal, refusal);

            bench.lane.join(1, 0);
            log.next(1).store();
            bench.loop.run();
            assertThat(bench.lane.number()).hasValue(1);
        }

        @Test
        void aLaneThatEndsWhereAllHasSettledIsTaken() {
            log.add(0, record -> {});
            bench.lane.join(0, 1);
            log.next(0).store();
            bench.loop.run();

            assertThat(bench.events).containsExactly("joined 0");
        }

        @Test
        void aLaneThatTheLogDoesNotHaveIsRefused() {
            bench.lane.join(7, 0);
            bench.loop.run();

            assertThat(bench.events).singleElement().asString().startsWith("refused 7: lane 7: ");
        }

        @Test
        void aStoppedLaneJoinsNothing() {
            bench.lane.stop("test");
            bench.lane.join(0, 0);
            bench.loop.run();

            assertThat(log.waiting(0)).isZero();
            assertThat(bench.events).containsExactly("stopped");
        }

        @Test
        void whatFormerOwnersLeftInTheLaneIsNotRead() {
            log.add(0, record -> record.fence(id(0), 9));
            bench.joined();
            Partition partition = bench.open(0, 10);
            bench.deduct(1, 1);
            bench.store();

            assertThat(partition.state()).isEqualTo(PartitionState.SERVING);
            assertThat(log.reads(0)).isZero();
        }
    }

    @Nested
    final class GroupCommit {
        @Test
        void nobodyIsAnsweredBeforeTheRecordIsStored() {
            bench.joined().open(0, 10);

            int frame = bench.deduct(1, 3);
            bench.loop.pass(LONG);
            assertThat(bench.answer(frame)).isNull();

            bench.store();
            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
            assertThat(bench.client.frames()).containsExactly(new NodeFrame.AllDeducted(frame));
        }

        @Test
        void oneRecordIsInFlightAndTheNextFormsMeanwhile() {
            Partition partition = bench.joined().open(0, 10);

            int first = bench.deduct(1, 1);
            int second = bench.deduct(2, 2);
            int third = bench.deduct(3, 3);
            assertThat(log.waiting(0)).isEqualTo(1);

            bench.store();
            assertThat(bench.answer(first)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(second)).isNull();
            assertThat(log.waiting(0)).isEqualTo(1);
            bench.store();

            assertThat(bench.answer(second)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(third)).isEqualTo(DEDUCTED);
            assertThat(log.waiting(0)).isZero();
            assertThat(partition.pool().consumed()).isEqualTo(6);
            assertThat(bench.sections(1)).singleElement().satisfies(s -> assertDeductions(s, 1, 1, 1));
            assertThat(bench.sections(2)).singleElement().satisfies(s -> assertDeductions(s, 2, 2, 2));
            assertThat(log.reads(0)).isZero();
        }

        @Test
        void aRecordHoldsTheSectionsOfManyPartitions() {
            bench.joined();
            bench.open(0, 10);
            bench.open(1, 10);
            bench.deduct(id(0), 1, 1, 1);

            int frame = bench.send(bench.begin()
                    .group(id(0), 1)
                    .entry(2, 2, 1)
                    .group(id(1), 1)
                    .entry(3, 3, 1)
                    .entry(4, 4, 1));
            bench.store();
            bench.store();

            assertThat(bench.sections(2)).hasSize(2);
            assertThat(bench.client.answers(frame)).containsOnly(DEDUCTED);
        }

        @Test
        void aRecordIsSentAgainUntilItIsStoredAndCountsOnce() {
            Partition partition = bench.joined().open(0, 10);
            int frame = bench.deduct(1, 3);

            log.next(0).lose();
            bench.loop.pass(LONG);
            log.next(0).storeUnconfirmed();
            bench.loop.pass(LONG);
            log.next(0).storeUnconfirmed();
            bench.loop.pass(LONG);
            assertThat(bench.answer(frame)).isNull();
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(3);
            assertThat(partition.pool().remaining()).isEqualTo(7);
            assertThat(log.records(0)).hasSize(4);
            assertThat(log.records(0).get(1)).isEqualTo(log.records(0).get(3));
            assertThat(bench.count("granary.lane.resent")).isEqualTo(3);
            assertThat(bench.count("granary.lane.jumped")).isEqualTo(1);

            // Life goes on.
            int next = bench.deduct(2, 1);
            bench.store();
            assertThat(bench.answer(next)).isEqualTo(DEDUCTED);
        }

        @Test
        void aCopyThatIsStoredLateIsADuplicate() {
            Partition partition = bench.joined().open(0, 10);
            bench.deduct(1, 3);
            ScriptedLog.Sending late = log.next(0);
            late.lose();
            bench.loop.pass(LONG);
            bench.store();

            late.storeSilently();
            int next = bench.deduct(2, 1);
            bench.store();

            assertThat(bench.answer(next)).isEqualTo(DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(4);
        }

        @Test
        void anAnswerThatComesAfterTheTimeoutIsNotWaitedFor() {
            bench.joined().open(0, 10);
            int frame = bench.deduct(1, 3);
            ScriptedLog.Sending first = log.next(0);
            long offset = first.storeUnconfirmed();
            first.acknowledge(offset);
            bench.loop.run();

            assertThat(bench.answer(frame)).isNull();
        }
    }

    @Nested
    final class Jumps {
        @Test
        void theGapIsReadHoweverLongItTakesToBecomeVisible() {
            bench.joined();
            bench.open(0, 10);
            bench.fence(id(7), 3);
            int frame = bench.deduct(1, 1);
            log.hideFrom(0, 1);
            log.failReads(0, 2);
            bench.store();
            bench.loop.pass(LONG);
            assertThat(bench.answer(frame)).isNull();

            log.showAll(0);
            bench.loop.pass(LONG);

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
        }

        @Test
        void aFenceInTheGapEndsThePartitionAndSparesTheOthers() {
            bench.joined();
            Partition fenced = bench.open(0, 10);
            Partition spared = bench.open(1, 10);
            bench.deduct(id(1), 1, 100, 1);
            int both = bench.send(
                    bench.begin().group(id(0), 1).entry(1, 1, 1).group(id(1), 1).entry(2, 2, 1));
            int forming = bench.deduct(id(1), 1, 101, 1);
            bench.store();
            int formingToo = bench.deduct(id(0), 1, 102, 1);

            bench.fence(id(0), 2);
            bench.events.clear();
            bench.store();

            assertThat(bench.client.answers(both)).containsExactly(NOT_OWNER, DEDUCTED);
            assertThat(bench.answer(forming)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(formingToo)).isEqualTo(NOT_OWNER);
            assertThat(fenced.state()).isEqualTo(PartitionState.CLOSED);
            assertThat(bench.lane.partition(id(0))).isNull();
            assertThat(spared.state()).isEqualTo(PartitionState.SERVING);
            assertThat(bench.events).containsExactly("closed 0", "changed 0");
            assertThat(bench.answer(bench.deduct(id(0), 1, 103, 1))).isEqualTo(NOT_OWNER);
            assertThat(bench.count("granary.lane.stale")).isEqualTo(1);
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void aFenceOfThePartitionsOwnEpochEndsNothing() {
            bench.joined();
            Partition partition = bench.open(id(0), 5, 10);
            bench.fence(id(0), 5);
            int frame = bench.deduct(id(0), 5, 1, 1);
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
            assertThat(partition.state()).isEqualTo(PartitionState.SERVING);
        }

        @Test
        void aCopyBeforeTheFenceCountsThoughTheAcknowledgedOneIsStale() {
            bench.joined();
            Partition partition = bench.open(0, 10);
            int frame = bench.deduct(1, 3);
            log.next(0).storeUnconfirmed();
            bench.fence(id(0), 2);
            bench.loop.pass(LONG);

            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(3);
            assertThat(partition.state()).isEqualTo(PartitionState.CLOSED);
        }

        @Test
        void aCopyAfterTheFenceCountsForNothing() {
            bench.joined();
            Partition partition = bench.open(0, 10);
            bench.fence(id(0), 2);
            int frame = bench.deduct(1, 3);
            log.next(0).storeUnconfirmed();
            bench.loop.pass(LONG);

            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(NOT_OWNER);
            assertThat(partition.pool().consumed()).isZero();
            assertThat(partition.state()).isEqualTo(PartitionState.CLOSED);
        }

        @Test
        void anIdlePartitionIsClosedByAFenceThatAnothersRecordFinds() {
            bench.joined();
            Partition idle = bench.open(0, 10);
            bench.open(1, 10);
            bench.fence(id(0), 2);

            bench.deduct(id(1), 1, 1, 1);
            bench.store();

            assertThat(idle.state()).isEqualTo(PartitionState.CLOSED);
        }

        @Test
        void foreignRecordsThatSayNothingOfOursChangeNothing() {
            bench.joined();
            bench.open(id(0), 4, 10);
            // A late record of the lane's former owner, and noise.
            log.add(0, record -> record.returned(id(0), 3, 17, 5));
            log.add(0, record -> record.returned(id(3), 1, 1, 5));
            log.add(0, record -> {});
            int frame = bench.deduct(id(0), 4, 1, 1);
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
        }

        @Test
        void anOffsetThatWentBackStopsTheLane() {
            bench.joined();
            bench.open(0, 10);
            bench.deduct(1, 1);
            long last = bench.store();
            int inFlight = bench.deduct(2, 1);
            int forming = bench.deduct(3, 1);
            bench.events.clear();

            log.next(0).acknowledge(last);
            bench.loop.run();

            assertThat(bench.answer(inFlight)).isEqualTo(UNKNOWN);
            assertThat(bench.answer(forming)).isEqualTo(NOT_OWNER);
            assertThat(bench.lane.isStopped()).isTrue();
            assertThat(bench.events).containsExactly("closed 0", "changed 0", "stopped");
            assertThat(bench.answer(bench.deduct(4, 1))).isEqualTo(NOT_OWNER);
            assertThat(bench.lane.begin(id(5), 1)).isEqualTo(Beginning.REFUSED);
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void aGapThatTheLogNoLongerKeepsStopsTheLane() {
            bench.joined();
            bench.open(0, 10);
            bench.fence(id(3), 1);
            int frame = bench.deduct(1, 1);
            log.expire(0, 2);
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(UNKNOWN);
            assertThat(bench.lane.isStopped()).isTrue();
        }

        @Test
        void aRecordThatCannotBeReadStopsTheLane() {
            bench.joined();
            bench.open(0, 10);
            log.add(0, new byte[] {1, 2, 3});
            int frame = bench.deduct(1, 1);
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(UNKNOWN);
            assertThat(bench.lane.isStopped()).isTrue();
            assertThat(bench.events).endsWith("stopped");
        }
    }

    @Nested
    final class Stopping {
        @Test
        void whatIsOpenIsUnknownAndWhatWasNeverSentIsNotDone() {
            use(new LaneBench(new LaneSettings(4_096, 8_192, Duration.ofMinutes(10), 1_000_000), new ScriptedLog(1)));
            bench.joined();
            bench.open(0, 1_000_000);
            int inFlight = bench.deduct(1, 1);
            int forming = bench.send(frame(2, 300));
            int waiting = bench.deduct(1_000, 1);

            bench.lane.stop("test");

            assertThat(bench.answer(inFlight)).isEqualTo(UNKNOWN);
            assertThat(bench.client.answers(forming)).containsOnly(NOT_OWNER);
            assertThat(bench.answer(waiting)).isEqualTo(NOT_OWNER);
            assertThat(bench.answer(bench.deduct(2_000, 1))).isEqualTo(NOT_OWNER);

            // The answer to what is in flight comes too late.
            log.next(0).store();
            bench.loop.pass(LONG);
            bench.lane.stop("again");
            assertThat(bench.events).containsOnlyOnce("stopped");
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void sendsNothingAgain() {
            bench.joined().open(0, 10);
            bench.deduct(1, 1);
            log.next(0).lose();
            bench.lane.stop("test");
            bench.loop.pass(LONG);

            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void whileAGapIsRead() {
            bench.joined().open(0, 10);
            bench.fence(id(3), 1);
            int frame = bench.deduct(1, 1);
            log.hideFrom(0, 0);
            bench.store();
            bench.lane.stop("test");
            assertThat(bench.answer(frame)).isEqualTo(UNKNOWN);

            log.showAll(0);
            bench.loop.pass(LONG);
            assertThat(bench.events).containsOnlyOnce("stopped");
        }
    }

    @Nested
    final class Epochs {
        @Test
        void anEpochIsOpenedOnce() {
            bench.joined();
            assertThat(bench.lane.begin(id(0), 3)).isEqualTo(Beginning.BEGUN);
            assertThat(bench.lane.begin(id(0), 3)).isEqualTo(Beginning.KNOWN);
            assertThat(bench.lane.opening()).containsEntry(id(0), 3L);

            bench.lane.open(id(0), 3, pool(10));
            assertThat(bench.lane.opening()).isEmpty();
            assertThat(bench.lane.begin(id(0), 3)).isEqualTo(Beginning.KNOWN);
            assertThat(bench.lane.begin(id(0), 2)).isEqualTo(Beginning.REFUSED);

            bench.lane.close(bench.lane.partition(id(0)));
            assertThat(bench.lane.begin(id(0), 3)).isEqualTo(Beginning.REFUSED);
            assertThat(bench.lane.begin(id(0), 4)).isEqualTo(Beginning.BEGUN);
        }

        @Test
        void aSecondTakeoverOfTheSameEpochIsIgnored() {
            bench.joined();
            Partition partition = bench.open(0, 10);

            bench.lane.open(id(0), 1, pool(99));

            assertThat(bench.lane.partition(id(0))).isSameAs(partition);
        }

        @Test
        void aTakeoverThatAHigherEpochHasOvertakenIsIgnored() {
            bench.joined();
            bench.lane.begin(id(0), 3);
            bench.lane.begin(id(0), 4);

            bench.lane.open(id(0), 3, pool(10));
            assertThat(bench.lane.partition(id(0))).isNull();

            bench.lane.open(id(0), 4, pool(10));
            assertThat(bench.lane.partition(id(0)).epoch()).isEqualTo(4);
        }

        @Test
        void anAbandonedEpochIsLost() {
            bench.joined();
            bench.lane.begin(id(0), 3);
            bench.lane.abandon(id(0), 3);

            assertThat(bench.lane.begin(id(0), 3)).isEqualTo(Beginning.REFUSED);
        }

        @Test
        void anEpochBelowAFenceThatWasReadIsRefused() {
            bench.joined();
            bench.open(0, 10);
            bench.fence(id(1), 5);
            bench.deduct(1, 1);
            bench.store();

            assertThat(bench.lane.begin(id(1), 4)).isEqualTo(Beginning.REFUSED);
            assertThat(bench.lane.begin(id(1), 5)).isEqualTo(Beginning.BEGUN);
        }

        @Test
        void aFenceThatIsReadDuringTheTakeoverEndsIt() {
            bench.joined();
            bench.open(0, 10);
            bench.lane.begin(id(1), 4);
            bench.fence(id(1), 5);
            bench.deduct(1, 1);
            bench.store();

            bench.lane.open(id(1), 4, pool(10));

            assertThat(bench.lane.partition(id(1))).isNull();
            assertThat(bench.lane.begin(id(1), 4)).isEqualTo(Beginning.REFUSED);
        }

        @Test
        void aHigherEpochEndsTheOneThatIsServed() {
            bench.joined();
            Partition before = bench.open(id(0), 1, 10);
            int inFlight = bench.deduct(id(0), 1, 1, 2);
            int forming = bench.deduct(id(0), 1, 2, 2);

            bench.lane.begin(id(0), 2);
            assertThat(before.state()).isEqualTo(PartitionState.CLOSED);
            assertThat(bench.answer(forming)).isEqualTo(NOT_OWNER);
            assertThat(bench.answer(bench.deduct(id(0), 1, 3, 1))).isEqualTo(NOT_OWNER);
            bench.lane.open(id(0), 2, pool(8));
            int next = bench.deduct(id(0), 2, 4, 1);

            // What was in flight stands before the fence of its own takeover.
            bench.store();
            assertThat(bench.answer(inFlight)).isEqualTo(DEDUCTED);
            bench.store();
            assertThat(bench.answer(next)).isEqualTo(DEDUCTED);
            assertThat(bench.last().sections()).singleElement().satisfies(section -> {
                assertThat(section.epoch()).isEqualTo(2);
                assertThat(((Section.Numbered) section).seq()).isEqualTo(1);
            });
        }

        @Test
        void framesNameTheEpoch() {
            bench.joined();
            bench.open(id(0), 4, 10);

            int early = bench.deduct(id(0), 3, 1, 1);
            int late = bench.deduct(id(0), 5, 1, 1);
            int nowhere = bench.deduct(id(9), 4, 1, 1);

            assertThat(bench.answer(early)).isEqualTo(NOT_OWNER);
            assertThat(bench.client.detail(early, 0)).isEqualTo(4);
            assertThat(bench.answer(late)).isEqualTo(NOT_OWNER);
            assertThat(bench.client.detail(late, 0)).isEqualTo(4);
            assertThat(bench.answer(nowhere)).isEqualTo(NOT_OWNER);
            assertThat(bench.client.detail(nowhere, 0)).isZero();
        }
    }

    @Nested
    final class Answers {
        @Test
        void aRetryIsAnsweredWithTheFirst() {
            Partition partition = bench.joined().open(0, 10);
            int inFlight = bench.deduct(1, 2);
            int again = bench.deduct(1, 2);
            bench.deduct(2, 2);
            int formingAgain = bench.deduct(2, 2);
            assertThat(bench.client.frames()).isEmpty();

            bench.store();
            assertThat(bench.answer(inFlight)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(again)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(formingAgain)).isNull();
            assertThat(bench.answer(bench.deduct(1, 2))).isEqualTo(DEDUCTED);

            bench.store();
            assertThat(bench.answer(formingAgain)).isEqualTo(DEDUCTED);
            assertThat(log.waiting(0)).isZero();
            assertThat(partition.pool().consumed()).isEqualTo(4);
        }

        @Test
        void theSameIdTwiceInAFrame() {
            Partition partition = bench.joined().open(0, 10);
            int frame = bench.send(
                    bench.begin().group(id(0), 1).entry(1, 1, 2).entry(1, 1, 2).entry(1, 1, 3));
            bench.store();

            assertThat(bench.client.answers(frame)).containsExactly(DEDUCTED, DEDUCTED, CONFLICT);
            assertThat(partition.pool().remaining()).isEqualTo(8);
        }

        @Test
        void anotherQuantityIsAConflictAtAnyTime() {
            bench.joined().open(0, 10);
            bench.deduct(1, 2);
            int inFlight = bench.deduct(1, 3);
            bench.deduct(2, 2);
            int forming = bench.deduct(2, 4);
            // It may still come to nothing.
            assertThat(bench.answer(inFlight)).isNull();
            bench.store();
            assertThat(bench.answer(inFlight)).isEqualTo(CONFLICT);
            assertThat(bench.answer(forming)).isNull();
            bench.store();
            assertThat(bench.answer(forming)).isEqualTo(CONFLICT);
            int durable = bench.deduct(1, 99);

            assertThat(bench.client.detail(inFlight, 0)).isEqualTo(2);
            assertThat(bench.answer(durable)).isEqualTo(CONFLICT);
            assertThat(bench.client.detail(durable, 0)).isEqualTo(2);
        }

        @Test
        void nothingContradictsWhatIsVoid() {
            bench.joined().open(0, 10);
            bench.deduct(1, 2);
            int inFlight = bench.deduct(1, 3);
            bench.deduct(2, 2);
            int forming = bench.deduct(2, 4);
            bench.fence(id(0), 2);
            bench.store();

            assertThat(bench.answer(inFlight)).isEqualTo(NOT_OWNER);
            assertThat(bench.answer(forming)).isEqualTo(NOT_OWNER);
        }

        @Test
        void aRefusalWaitsForARecordThatIsSentAfterIt() {
            bench.joined().open(0, 10);
            int inFlight = bench.deduct(1, 4);
            int refused = bench.deduct(2, 7);
            bench.store();
            assertThat(bench.answer(inFlight)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(refused)).isNull();

            bench.store();
            assertThat(bench.answer(refused)).isEqualTo(INSUFFICIENT);
            assertThat(bench.last().sections()).isEmpty();
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void whoWasReplacedDoesNotRefuse() {
            Partition partition = bench.joined().open(0, 10);
            int refused = bench.deduct(1, 11);
            bench.fence(id(0), 2);
            bench.store();

            assertThat(bench.answer(refused)).isEqualTo(NOT_OWNER);
            assertThat(partition.state()).isEqualTo(PartitionState.CLOSED);
        }

        @Test
        void whoIsReplacedLaterStillRefuses() {
            bench.joined().open(0, 10);
            int refused = bench.deduct(1, 11);
            bench.store();
            bench.fence(id(0), 2);

            assertThat(bench.answer(refused)).isEqualTo(INSUFFICIENT);
        }

        @Test
        void aQuantityOutOfItsRangeIsInvalid() {
            bench.joined().open(0, Long.MAX_VALUE);

            assertThat(bench.answer(bench.deduct(1, 0))).isEqualTo(INVALID);
            assertThat(bench.answer(bench.deduct(1, -1))).isEqualTo(INVALID);
            assertThat(bench.answer(bench.deduct(1, Integer.MIN_VALUE))).isEqualTo(INVALID);
            assertThat(bench.answer(bench.deduct(1, Quantity.MAX + 1))).isEqualTo(INVALID);
            int most = bench.deduct(1, Quantity.MAX);
            bench.store();
            assertThat(bench.answer(most)).isEqualTo(DEDUCTED);
        }

        @Test
        void ofTwoRefusalsTheFirstInOrderIsGiven() {
            bench.joined().open(0, 10);
            bench.deduct(1, 2);
            bench.store();
            bench.lane.ceiling(new Sku("sku"), 20L);

            // NOT_OWNER before INVALID before CONFLICT before the rest.
            assertThat(bench.answer(bench.deduct(id(0), 2, 1, 0))).isEqualTo(NOT_OWNER);
            assertThat(bench.answer(bench.deduct(id(0), 1, 1, 0))).isEqualTo(INVALID);
            assertThat(bench.answer(bench.deduct(id(0), 1, 1, 50))).isEqualTo(CONFLICT);
        }

        @Test
        void moreThanRemainsIsInsufficientAndSaysWhatRemains() {
            bench.joined().open(0, 10);
            bench.deduct(1, 4);

            int frame = bench.deduct(2, 7);
            bench.store();
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(INSUFFICIENT);
            assertThat(bench.client.detail(frame, 0)).isEqualTo(6);
        }

        @Test
        void moreThanTheCeilingExceedsTheActual() {
            bench.joined().open(0, 10);
            bench.lane.ceiling(new Sku("sku"), 12L);
            bench.lane.ceiling(new Sku("other"), 0L);

            int above = bench.deduct(1, 13);
            bench.store();
            assertThat(bench.answer(above)).isEqualTo(EXCEEDS_ACTUAL);
            assertThat(bench.client.detail(above, 0)).isEqualTo(12);
            assertThat(bench.answerOnceAsked(2, 12)).isEqualTo(INSUFFICIENT);

            bench.lane.ceiling(new Sku("sku"), 9L);
            // What is here can be had, whatever the leader thinks.
            int here = bench.deduct(3, 10);
            bench.store();
            assertThat(bench.answer(here)).isEqualTo(DEDUCTED);

            bench.lane.ceiling(new Sku("sku"), null);
            assertThat(bench.answerOnceAsked(4, 99)).isEqualTo(INSUFFICIENT);
            bench.lane.ceiling(new Sku("sku"), 0L);
            bench.lane.forgetCeilings();
            assertThat(bench.answerOnceAsked(4, 99)).isEqualTo(INSUFFICIENT);
        }

        @Test
        void idsOfEarlierEpochsGetTheSameAnswer() {
            bench.joined();
            IdWindow ids = new IdWindow();
            ids.remember(5, -5, Pool.durable(2));
            bench.lane.begin(id(0), 2);
            bench.lane.open(id(0), 2, new Pool(10, 2, 0, ids));

            assertThat(bench.answer(bench.deduct(id(0), 2, 5, 2))).isEqualTo(DEDUCTED);
            assertThat(bench.answer(bench.deduct(id(0), 2, 5, 3))).isEqualTo(CONFLICT);
            assertThat(log.waiting(0)).isZero();
        }
    }

    @Nested
    final class Room {
        private final LaneSettings small = new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000);

        @Test
        void framesWaitWhenWhatFormsIsFullAndAreServedLater() {
            use(new LaneBench(small, new ScriptedLog(1)));
            bench.joined().open(0, 1_000_000);
            List<Integer> frames = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                frames.add(bench.send(frame(1 + i * 200L, 200)));
            }
            int stores = 0;
            while (log.waiting(0) > 0) {
                assertThat(log.waiting(0)).isEqualTo(1);
                bench.store();
                stores++;
            }

            frames.forEach(frame -> assertThat(bench.client.answers(frame)).containsOnly(DEDUCTED));
            // The first alone; then two frames fill a record.
            assertThat(stores).isEqualTo(11);
        }

        @Test
        void beyondTheBacklogFramesAreThrottled() {
            use(new LaneBench(small, new ScriptedLog(1)));
            Partition partition = bench.joined().open(0, 1_000_000);
            bench.send(frame(1, 1));
            bench.send(frame(10, 300));
            int waiting = bench.send(frame(1_000, 4_000));
            int tooMany = bench.send(frame(10_000, 97));
            int fits = bench.send(frame(20_000, 96));

            assertThat(bench.client.answers(tooMany)).containsOnly(THROTTLED);
            assertThat(bench.client.answers(waiting)).containsOnlyNulls();
            while (log.waiting(0) > 0) {
                bench.store();
            }
            assertThat(bench.client.answers(waiting)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(fits)).containsOnly(DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(1 + 300 + 4_000 + 96);
        }

        @Test
        void afterAnOutageWhatNobodyWaitsForAnyMoreIsDropped() {
            use(new LaneBench(small, new ScriptedLog(1)));
            Partition partition = bench.joined().open(0, 1_000_000);
            int inFlight = bench.send(frame(1, 1, 1_000));
            int forming = bench.send(frame(10, 300, 1_000));
            int impatient = bench.send(frame(1_000, 10, 4_999));
            int patient = bench.send(frame(2_000, 10, 5_000));
            int mixed = bench.send(
                    frame(5_000, 1, 10).group(id(0), 1, 0).entry(3, 4, 1).patience(9_000));
            bench.loop.pass(LONG);
            while (log.waiting(0) > 0) {
                bench.store();
            }

            // What was accepted before the outage stands in a section, and counts however late it is.
            assertThat(bench.client.answers(inFlight)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(forming)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(impatient)).containsOnly(EXPIRED);
            assertThat(bench.client.answers(patient)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(mixed)).containsExactly(EXPIRED, DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(1 + 300 + 10 + 1);
        }

        @Test
        void whatNobodyWaitsForAnyMoreMakesRoomInTheBacklog() {
            use(new LaneBench(small, new ScriptedLog(1)));
            bench.joined().open(0, 1_000_000);
            bench.send(frame(1, 1));
            bench.send(frame(10, 300));
            int first = bench.send(frame(1_000, 2_000, 100));
            int second = bench.send(frame(4_000, 2_096, 200));
            int tooMany = bench.send(frame(8_000, 1, 100));
            assertThat(bench.client.answers(tooMany)).containsOnly(THROTTLED);

            bench.loop.pass(Duration.ofMillis(150));
            int fits = bench.send(frame(9_000, 2_000, 1_000));
            assertThat(bench.client.answers(first)).containsOnly(EXPIRED);
            assertThat(bench.client.answers(second)).containsOnlyNulls();
            assertThat(bench.client.answers(fits)).containsOnlyNulls();
            assertThat(bench.client.answers(bench.send(frame(12_000, 1, 100)))).containsOnly(THROTTLED);
            while (log.waiting(0) > 0) {
                bench.store();
            }

            assertThat(bench.client.answers(second)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(fits)).containsOnly(DEDUCTED);
        }

        @Test
        void whatWaitsIsServedThoughTheRestWasClosed() {
            use(new LaneBench(small, new ScriptedLog(1)));
            bench.joined();
            Partition full = bench.open(0, 1_000_000);
            bench.open(1, 10);
            bench.deduct(id(1), 1, 1, 1);
            int forming = bench.send(frame(10, 300));
            int waiting = bench.deduct(id(1), 1, 2, 1);
            int waitingToo = bench.deduct(id(0), 1, 3, 1);

            bench.lane.close(full);
            assertThat(bench.client.answers(forming)).containsOnly(NOT_OWNER);
            bench.store();
            assertThat(bench.answer(waitingToo)).isEqualTo(NOT_OWNER);
            bench.store();

            assertThat(bench.answer(waiting)).isEqualTo(DEDUCTED);
            assertThat(log.waiting(0)).isZero();
            int after = bench.deduct(id(1), 1, 4, 1);
            bench.store();
            assertThat(bench.answer(after)).isEqualTo(DEDUCTED);
        }

        @Test
        void whatWaitsIsServedThoughAllOfItIsRefused() {
            use(new LaneBench(small, new ScriptedLog(1)));
            bench.joined().open(0, 301);
            bench.send(frame(1, 1));
            bench.send(frame(10, 300));
            List<Integer> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(bench.send(frame(1_000 + i * 300L, 300)));
            }
            while (log.waiting(0) > 0) {
                bench.store();
            }

            waiting.forEach(frame -> assertThat(bench.client.answers(frame)).containsOnly(INSUFFICIENT));
        }

        @Test
        void whatIsLeftOfASupersededStreamIsDropped() {
            use(new LaneBench(small, new ScriptedLog(1)));
            Partition partition = bench.joined().open(0, 1_000_000);
            int inFlight = bench.send(frame(1, 1));
            int forming = bench.send(frame(10, 300));
            int waiting = bench.send(frame(1_000, 300));

            bench.superseded = true;
            bench.store();
            bench.store();

            // What was accepted before counts, and may be told to nobody; what was not never acts.
            assertThat(bench.client.answers(inFlight)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(forming)).containsOnly(DEDUCTED);
            assertThat(bench.client.answers(waiting)).containsOnlyNulls();
            assertThat(partition.pool().granted() - partition.pool().remaining())
                    .isEqualTo(301);
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void noRecordIsLargerThanAllowedHoweverManyPartitionsAreFull() {
            LaneSettings large = new LaneSettings(512 << 10, 100_000, Duration.ofMinutes(10), 1_000_000);
            use(new LaneBench(large, new ScriptedLog(1)));
            bench.joined();
            List<PartitionId> ids = new ArrayList<>();
            List<Partition> partitions = new ArrayList<>();
            for (int i = 0; i < 12_000; i++) {
                Sku sku = new Sku("x".repeat(59) + (10_000 + i / 1_000));
                ids.add(new PartitionId(sku, i % 1_000));
                partitions.add(bench.open(ids.get(i), 1, 1_000_000));
            }
            List<Integer> frames = new ArrayList<>();
            frames.add(bench.deduct(ids.get(0), 1, 1, 1));
            // One entry in each group: the most bytes that an entry can take.
            for (int f = 0; f < 6; f++) {
                ClientFrame.Builder builder = bench.begin();
                for (int i = 0; i < ClientFrame.MAX_ENTRIES; i++) {
                    int n = f * ClientFrame.MAX_ENTRIES + i;
                    builder.group(ids.get(n % ids.size()), 1).entry(n, n, 1);
                }
                frames.add(bench.send(builder));
            }
            // And all of them give back.
            partitions.forEach(partition -> bench.lane.instruct(partition, 1_000_000, 10));
            int largest = 0;
            while (log.waiting(0) > 0) {
                ScriptedLog.Sending sending = log.next(0);
                largest = Math.max(largest, sending.bytes().length);
                sending.store();
                bench.loop.run();
            }

            // The log refuses larger ones; it came near.
            assertThat(largest).isBetween(LogRecord.MAX_BYTES * 3 / 4, LogRecord.MAX_BYTES);
            frames.forEach(frame -> assertThat(bench.client.answers(frame)).containsOnly(DEDUCTED));
            partitions.forEach(
                    partition -> assertThat(partition.pool().returned()).isEqualTo(10));
        }

        @Test
        void fullFramesOfOnePartitionFit() {
            LaneSettings large = new LaneSettings(512 << 10, 100_000, Duration.ofMinutes(10), 1_000_000);
            use(new LaneBench(large, new ScriptedLog(1)));
            bench.joined().open(0, 1_000_000);
            List<Integer> frames = new ArrayList<>();
            for (int f = 0; f < 20; f++) {
                frames.add(bench.send(frame(1 + f * 4_096L, 4_096)));
            }
            while (log.waiting(0) > 0) {
                bench.store();
            }

            frames.forEach(frame -> assertThat(bench.client.answers(frame)).containsOnly(DEDUCTED));
        }
    }

    @Nested
    final class Units {
        @Test
        void exhaustionDeregistersAndAGrantRegistersAgain() {
            bench.joined();
            Partition partition = bench.open(0, 3);
            assertThat(bench.events).containsExactly("serving 0", "changed 0");
            bench.events.clear();

            int last = bench.deduct(1, 3);
            assertThat(bench.events).containsExactly("exhausted 0", "changed 0");
            assertThat(partition.state()).isEqualTo(PartitionState.EXHAUSTED);
            assertThat(partition.demand().wantsGrant()).isTrue();
            bench.store();
            assertThat(bench.answer(last)).isEqualTo(DEDUCTED);
            // It stays open and answers.
            assertThat(bench.answer(bench.deduct(1, 3))).isEqualTo(DEDUCTED);
            assertThat(bench.answerOnceAsked(2, 1)).isEqualTo(INSUFFICIENT);

            bench.events.clear();
            bench.lane.instruct(partition, 3, 0);
            assertThat(bench.events).isEmpty();
            bench.lane.instruct(partition, 8, 0);
            assertThat(bench.events).containsExactly("serving 0", "changed 0");
            assertThat(partition.state()).isEqualTo(PartitionState.SERVING);
            assertThat(partition.pool().remaining()).isEqualTo(5);

            bench.events.clear();
            bench.lane.instruct(partition, 4, 0);
            bench.lane.instruct(partition, 8, 0);
            assertThat(bench.events).isEmpty();
            assertThat(partition.pool().remaining()).isEqualTo(5);
        }

        @Test
        void aPartitionWithoutUnitsIsExhaustedAndWantsAGrant() {
            bench.joined();
            Partition partition = bench.open(0, 0);

            assertThat(bench.events).containsExactly("exhausted 0", "changed 0");
            assertThat(partition.state()).isEqualTo(PartitionState.EXHAUSTED);
            assertThat(partition.demand().wantsGrant()).isTrue();
        }

        @Test
        void unitsAreReturnedThroughTheLogAndThenReported() {
            Partition partition = bench.joined().open(0, 10);
            bench.events.clear();

            bench.lane.instruct(partition, 10, 4);
            assertThat(partition.pool().remaining()).isEqualTo(6);
            assertThat(partition.pool().returned()).isZero();
            bench.lane.instruct(partition, 10, 4);
            bench.loop.run();
            assertThat(bench.events).isEmpty();

            bench.store();
            assertThat(bench.events).containsExactly("changed 0");
            assertThat(partition.pool().returned()).isEqualTo(4);
            assertThat(bench.last().sections()).containsExactly(new Section.Return(id(0), 1, 1, 4));

            bench.lane.instruct(partition, 10, 4);
            bench.lane.instruct(partition, 10, 3);
            bench.loop.run();
            assertThat(log.waiting(0)).isZero();
        }

        @Test
        void returnsAndDeductionsShareARecordAndKeepTheirSeqs() {
            Partition partition = bench.joined().open(0, 10);
            bench.deduct(1, 1);
            int frame = bench.deduct(2, 2);
            bench.lane.instruct(partition, 10, 3);
            bench.lane.instruct(partition, 10, 5);
            bench.store();
            bench.lane.instruct(partition, 10, 6);
            bench.store();
            int after = bench.deduct(3, 1);
            bench.store();
            bench.store();

            assertThat(bench.answer(frame)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(after)).isEqualTo(DEDUCTED);
            assertThat(bench.sections(2))
                    .satisfiesExactly(
                            section -> assertDeductions(section, 2, 1, 2),
                            section -> assertThat(section).isEqualTo(new Section.Return(id(0), 1, 3, 5)));
            assertThat(bench.sections(3)).containsExactly(new Section.Return(id(0), 1, 4, 1));
            assertThat(bench.sections(4)).satisfiesExactly(section -> assertDeductions(section, 5, 1, 3));
            assertThat(partition.pool().returned()).isEqualTo(6);
            assertThat(partition.pool().consumed()).isEqualTo(4);
            assertThat(partition.pool().remaining()).isZero();
        }

        @Test
        void returningTheLastUnitDeregisters() {
            Partition partition = bench.joined().open(0, 10);
            bench.deduct(1, 4);
            bench.events.clear();

            bench.lane.instruct(partition, 10, 10);

            assertThat(bench.events).containsExactly("exhausted 0", "changed 0");
            bench.store();
            bench.store();
            assertThat(partition.pool().returned()).isEqualTo(6);
        }

        @Test
        void whatCouldNotBeReturnedIsNotTakenFromLaterGrants() {
            Partition partition = bench.joined().open(0, 10);
            bench.deduct(1, 7);
            bench.store();
            bench.lane.instruct(partition, 10, 10);
            bench.store();
            assertThat(partition.pool().returned()).isEqualTo(3);

            // The leader that comes next knows nothing of what its predecessor asked for.
            bench.lane.instruct(partition, 15, 0);

            assertThat(partition.pool().remaining()).isEqualTo(5);
        }

        @Test
        void aReturnThatIsFencedIsNotReported() {
            Partition partition = bench.joined().open(0, 10);
            bench.lane.instruct(partition, 10, 4);
            bench.fence(id(0), 2);
            bench.events.clear();
            bench.store();

            assertThat(partition.pool().returned()).isZero();
            assertThat(bench.events).containsExactly("closed 0", "changed 0");
        }

        @Test
        void asksForAGrantBelowTheLowWatermark() {
            Partition partition = bench.joined().open(0, 100);
            bench.events.clear();
            bench.deduct(1, 75);
            assertThat(bench.events).isEmpty();
            assertThat(partition.demand().wantsGrant()).isFalse();

            bench.deduct(2, 1);
            assertThat(bench.events).containsExactly("changed 0");
            assertThat(partition.demand().wantsGrant()).isTrue();

            bench.events.clear();
            bench.deduct(3, 1);
            assertThat(bench.events).isEmpty();

            bench.lane.instruct(partition, 200, 0);
            assertThat(bench.events).containsExactly("changed 0");
            assertThat(partition.demand().wantsGrant()).isFalse();
        }

        @Test
        void aHighRateRaisesTheLowWatermark() {
            Partition partition = bench.joined().open(0, 1_000_000);
            for (int i = 1; i <= 50; i++) {
                bench.deduct(i, 4_000);
                bench.store();
                bench.loop.pass(Duration.ofMillis(100));
            }
            assertThat(partition.demand().unitsPerSecond()).isBetween(35_000.0, 41_000.0);
            assertThat(partition.demand().wantsGrant()).isFalse();

            bench.deduct(1_000, 785_000);
            assertThat(partition.pool().remaining()).isEqualTo(15_000);
            assertThat(partition.demand().wantsGrant()).isTrue();
        }

        @Test
        void reportsTheLargestQuantityThatWasRefused() {
            Partition partition = bench.joined().open(0, 10);
            bench.events.clear();
            bench.send(bench.begin()
                    .group(id(0), 1)
                    .entry(1, 1, 12)
                    .entry(2, 2, 15)
                    .entry(3, 3, 11));

            assertThat(partition.demand().wanted()).isEqualTo(15);
            assertThat(bench.events).containsExactly("changed 0");

            partition.demand().forgetWanted();
            bench.events.clear();
            bench.deduct(4, 1);
            assertThat(bench.events).isEmpty();
        }

        @Test
        void whatExceedsTheActualIsNotWanted() {
            Partition partition = bench.joined().open(0, 10);
            bench.lane.ceiling(new Sku("sku"), 12L);
            bench.deduct(1, 13);

            assertThat(partition.demand().wanted()).isZero();
        }
    }

    @Nested
    final class Window {
        /** At most so long refusals wait to share a record. */
        private static final Duration REFUSALS_WAIT = Duration.ofMillis(20);

        /** A retry of an attempt that left this long ago. */
        private int retry(long id, int quantity, long ageMillis) {
            return bench.send(bench.begin()
                    .group(id(0), 1, (int) ageMillis)
                    .entry(id, -id, quantity)
                    .patience(60_000));
        }

        @Test
        void beyondItsMemoryARefusalIsUnknownAndNothingElseChanges() {
            Duration window = Duration.ofSeconds(10);
            use(new LaneBench(new LaneSettings(4_096, 4_096, window, 1_000), new ScriptedLog(1)));
            bench.joined().open(0, 3);
            assertThat(bench.answerOnceAsked(1, 1)).isEqualTo(DEDUCTED);
            bench.loop.pass(window);
            assertThat(bench.answerOnceAsked(2, 1)).isEqualTo(DEDUCTED);
            int whileAllIsKnown = retry(5, 9, 3_600_000);
            bench.loop.pass(REFUSALS_WAIT);
            bench.store();
            assertThat(bench.answer(whileAllIsKnown)).isEqualTo(INSUFFICIENT);

            bench.loop.pass(window.minus(REFUSALS_WAIT));
            assertThat(bench.answerOnceAsked(3, 1)).isEqualTo(DEDUCTED);
            // The id of 20 s ago is forgotten: all since the first turn, 10 s ago, are known.
            int beyond = retry(1, 1, 10_001);
            assertThat(bench.answer(beyond)).isEqualTo(UNKNOWN);
            int within = retry(1, 1, 10_000);
            int first = retry(1, 1, 0);
            int known = retry(2, 1, 3_600_000);
            int other = retry(2, 2, 3_600_000);
            bench.loop.pass(REFUSALS_WAIT);
            while (log.waiting(0) > 0) {
                bench.store();
            }
            assertThat(bench.answer(within)).isEqualTo(INSUFFICIENT);
            assertThat(bench.answer(first)).isEqualTo(INSUFFICIENT);
            assertThat(bench.answer(known)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(other)).isEqualTo(CONFLICT);

            bench.lane.ceiling(new Sku("sku"), 0L);
            assertThat(bench.answer(retry(1, 1, 10_021))).isEqualTo(UNKNOWN);
        }

        @Test
        void anAgeIsThatOfTheArrival() {
            use(new LaneBench(new LaneSettings(4_096, 4_096, Duration.ofSeconds(10), 1_000), new ScriptedLog(1)));
            bench.joined();
            Pool pool = new Pool(0, 0, 0, limited(Duration.ofSeconds(5)));
            bench.lane.begin(id(0), 1);
            bench.lane.open(id(0), 1, pool);
            assertThat(bench.answer(retry(1, 1, 5_001))).isEqualTo(UNKNOWN);
            int within = retry(1, 1, 5_000);
            bench.store();
            assertThat(bench.answer(within)).isEqualTo(INSUFFICIENT);
            bench.loop.pass(Duration.ofMillis(1));
            int later = retry(1, 1, 5_001);
            bench.store();
            assertThat(bench.answer(later)).isEqualTo(INSUFFICIENT);
        }

        private IdWindow limited(Duration reach) {
            IdWindow ids = new IdWindow();
            ids.limitTo(bench.loop.nanoTime() - reach.toNanos());
            return ids;
        }

        @Test
        void idsAreForgottenAfterTwoTurnsInTime() {
            Partition partition = bench.joined().open(0, 100);
            bench.deduct(1, 1);
            bench.store();
            for (int i = 0; i < 2; i++) {
                bench.loop.pass(Duration.ofMinutes(10));
                assertThat(bench.answer(bench.deduct(1, 1))).as("turn %s", i).isEqualTo(i == 0 ? DEDUCTED : null);
            }

            assertThat(partition.pool().rememberedIds()).isEqualTo(1);
        }

        @Test
        void partitionsThatNobodyAsksForgetAsWell() {
            bench.joined();
            Partition idle = bench.open(0, 100);
            bench.open(1, 100);
            bench.deduct(1, 1);
            bench.store();

            for (int i = 0; i < 2; i++) {
                bench.loop.pass(Duration.ofMinutes(10));
                bench.deduct(id(1), 1, i + 1, 1);
                bench.store();
            }

            assertThat(idle.pool().rememberedIds()).isZero();
        }

        @Test
        void refusalsDoNotMakeItForget() {
            use(new LaneBench(new LaneSettings(64 << 10, 8_192, Duration.ofMinutes(10), 1_000), new ScriptedLog(1)));
            Partition partition = bench.joined().open(0, 10);
            bench.deduct(1, 10);
            bench.store();
            for (int i = 0; i < 10; i++) {
                int refused = bench.send(frame(100, 1_000));
                bench.store();
                assertThat(bench.client.answers(refused)).containsOnly(INSUFFICIENT);
            }

            assertThat(bench.answer(bench.deduct(1, 10))).isEqualTo(DEDUCTED);
            assertThat(partition.pool().rememberedIds()).isEqualTo(1);
        }

        /** 1 MiB for ids, three quarters of it for those of open partitions: some 16,000 ids at 48 bytes. */
        private final LaneSettings little =
                new LaneSettings(64 << 10, 8_192, Duration.ofMinutes(10), 1_000_000, 1 << 20);

        private void sell(int slot, long firstId, int entries) {
            ClientFrame.Builder builder = bench.begin().group(id(slot), 1);
            for (int i = 0; i < entries; i++) {
                builder.entry(firstId + i, -firstId - i, 1);
            }
            bench.send(builder);
            while (log.waiting(0) > 0) {
                bench.store();
            }
        }

        @Test
        void theIdsOfAllPartitionsTakeNoMoreMemoryThanTheyMay() {
            use(new LaneBench(little, new ScriptedLog(1)));
            bench.joined();
            List<Partition> partitions = List.of(bench.open(0, 1_000_000), bench.open(1, 1_000_000));
            for (int i = 0; i < 100; i++) {
                sell(i % 2, 1_000L * i, 1_000);
                long remembered = bench.lane.census().rememberedIds();
                assertThat(remembered).isLessThan(32_000);
                assertThat(remembered).isGreaterThanOrEqualTo(Math.min(1_000L * (i + 1), 3_000));
            }
            assertThat(partitions)
                    .allSatisfy(partition ->
                            assertThat(partition.pool().rememberedIds()).isPositive());
            assertThat(bench.answer(bench.deduct(id(1), 1, 99_999, 1))).isEqualTo(DEDUCTED);
        }

        @Test
        void aNodeThatTakesOverMoreIdsThanItMayHoldForgetsOldOnesAndTellsHowLongItRemembers() {
            use(new LaneBench(little, new ScriptedLog(1)));
            bench.joined().open(0, 1_000_000);
            sell(0, 1, 1_000);
            bench.loop.pass(Duration.ofSeconds(30));
            assertThat(bench.lane.census().idWindowNanos())
                    .isEqualTo(Duration.ofMinutes(10).toNanos());
            for (int slot = 1; slot <= 10; slot++) {
                IdWindow ids = new IdWindow();
                for (int i = 0; i < 3_000; i++) {
                    ids.remember(1_000_000L * slot + i, 1, Pool.durable(1));
                }
                bench.lane.begin(id(slot), 2);
                bench.lane.open(id(slot), 2, new Pool(10_000, 3_000, 0, ids));
                assertThat(bench.lane.partition(id(slot)).pool().rememberedIds())
                        .isEqualTo(3_000);
                assertThat(bench.lane.census().rememberedIds()).isLessThan(32_000);
            }
            assertThat(bench.lane.census().idWindowNanos())
                    .isLessThanOrEqualTo(Duration.ofSeconds(30).toNanos());
        }

        @Test
        void whatIsClosedTakesNoMemory() {
            use(new LaneBench(little, new ScriptedLog(1)));
            bench.joined();
            for (int slot = 0; slot < 20; slot++) {
                Partition partition = bench.open(slot, 10_000);
                sell(slot, 10_000L * slot, 3_000);
                assertThat(partition.pool().rememberedIds()).isEqualTo(3_000);
                bench.lane.close(partition);
            }
            Partition last = bench.open(20, 10_000);
            sell(20, 1_000_000, 3_000);
            bench.loop.pass(Duration.ofMinutes(1));
            sell(20, 2_000_000, 3_000);
            assertThat(last.pool().rememberedIds()).isEqualTo(6_000);
            assertThat(bench.lane.census().idWindowNanos())
                    .isEqualTo(Duration.ofMinutes(10).toNanos());
        }

        @Test
        void manyIdsTurnItEarlyButNeverForgetWhatIsPending() {
            use(new LaneBench(new LaneSettings(64 << 10, 8_192, Duration.ofMinutes(10), 1_000), new ScriptedLog(1)));
            Partition partition = bench.joined().open(0, 1_000_000);
            int inFlight = bench.deduct(1, 1);
            for (int i = 0; i < 3; i++) {
                bench.send(frame(100 + i * 1_000L, 1_000));
            }
            int again = bench.deduct(1, 1);
            for (int i = 3; i < 8; i++) {
                bench.send(frame(100 + i * 1_000L, 1_000));
            }
            while (log.waiting(0) > 0) {
                bench.store();
            }
            assertThat(bench.answer(inFlight)).isEqualTo(DEDUCTED);
            assertThat(bench.answer(again)).isEqualTo(DEDUCTED);
            assertThat(partition.pool().consumed()).isEqualTo(8_001);

            for (int i = 8; i < 12; i++) {
                bench.send(frame(100 + i * 1_000L, 1_000));
                bench.store();
            }
            assertThat(partition.pool().rememberedIds()).isLessThanOrEqualTo(4_000);
        }
    }

    private ClientFrame.Builder frame(long firstId, int entries) {
        return frame(firstId, entries, ClientFrame.PATIENCE_FOR_EVER);
    }

    private ClientFrame.Builder frame(long firstId, int entries, int patienceMillis) {
        ClientFrame.Builder builder = bench.begin().group(id(0), 1, 0).patience(patienceMillis);
        for (int i = 0; i < entries; i++) {
            builder.entry(firstId + i, -firstId - i, 1);
        }
        return builder;
    }

    private static Pool pool(long units) {
        return new Pool(units, 0, 0, new IdWindow());
    }

    private static void assertDeductions(Section section, long seq, int count, long firstId) {
        assertThat(section).isInstanceOfSatisfying(Section.Deductions.class, deductions -> {
            assertThat(deductions.seq()).isEqualTo(seq);
            assertThat(deductions.entries().count()).isEqualTo(count);
            assertThat(deductions.entries().high(0)).isEqualTo(firstId);
        });
    }
}
