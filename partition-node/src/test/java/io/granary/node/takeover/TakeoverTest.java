// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import static io.granary.node.testing.Records.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.log.LaneRecord;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.IdMemory;
import io.granary.node.pool.Pool;
import io.granary.node.testing.ScriptedLog;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LanePosition;
import io.granary.proto.OpenPartition;
import io.granary.proto.SkippedRecord;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TakeoverTest implements Takeover.Outcome {
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final PartitionId P = new PartitionId(new Sku("sku"), 0);
    private static final PartitionId OTHER = new PartitionId(new Sku("sku"), 1);

    private final ManualLoop loop = new ManualLoop();
    private final ScriptedLog log = new ScriptedLog(4);
    private final IdMemory memory = new IdMemory(1 << 20);
    private final Map<PartitionId, Pool> taken = new HashMap<>();
    private final Map<PartitionId, String> failed = new HashMap<>();

    @Override
    public void onTaken(PartitionId partition, long epoch, Pool pool) {
        assertThat(taken.put(partition, pool)).isNull();
    }

    @Override
    public void onFailed(PartitionId partition, long epoch, String reason) {
        assertThat(failed.put(partition, reason)).isNull();
    }

    private static OpenPartition open(PartitionId id, long epoch, long granted, EarlierEpoch... earlier) {
        return OpenPartition.newBuilder()
                .setSku(id.sku().code())
                .setSlot(id.slot())
                .setEpoch(epoch)
                .setGranted(granted)
                .addAllEarlier(List.of(earlier))
                .build();
    }

    private static EarlierEpoch earlier(long epoch, int lane, long seq) {
        return EarlierEpoch.newBuilder()
                .setEpoch(epoch)
                .setLane(lane)
                .setSeq(seq)
                .build();
    }

    private static EarlierEpoch fenced(long epoch, int lane, long seq) {
        return earlier(epoch, lane, seq).toBuilder().setFenced(true).build();
    }

    private static LanePosition position(int lane, long settled, long window) {
        return LanePosition.newBuilder()
                .setLane(lane)
                .setSettled(settled)
                .setWindow(window)
                .build();
    }

    private void begin(List<OpenPartition> partitions, LanePosition... positions) {
        begin(1, partitions, positions);
    }

    private void begin(int recordVersion, List<OpenPartition> partitions, LanePosition... positions) {
        Takeover.begin("node-2", recordVersion, log, loop, partitions, List.of(positions), memory, this);
        loop.run();
    }

    @Test
    void theFenceIsProvenBehindItAndNobodyWaitsForThat() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 5)));
        begin(2, List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        ScriptedLog.Sending fence = log.next(0);
        assertThat(fence.record().acknowledged()).isEqualTo(LogRecord.NOTHING);
        fence.store();
        loop.run();
        assertThat(taken.get(P).consumed()).isEqualTo(5);

        log.next(0).lose();
        loop.pass(LONG);
        log.next(0).store();
        loop.pass(LONG);

        assertThat(log.records(0).get(2)).satisfies(proof -> {
            assertThat(proof.acknowledged()).isEqualTo(1);
            assertThat(proof.sections()).isEmpty();
            assertThat(proof.writer()).isEqualTo("node-2");
        });
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void aFenceOfVersion1IsNotProven() {
        begin(1, List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        ScriptedLog.Sending fence = log.next(0);
        assertThat(fence.record().acknowledged()).isEqualTo(LogRecord.UNNAMED);
        fence.store();
        loop.pass(LONG);

        assertThat(taken).containsKey(P);
        assertThat(log.waiting(0)).isZero();
    }

    @Test
    void aFreshPartitionIsTakenAtOnce() {
        begin(List.of(open(P, 1, 100)));

        assertThat(taken.get(P).remaining()).isEqualTo(100);
        assertThat(IntStream.range(0, 4).map(log::waiting).sum()).isZero();
    }

    @Test
    void fencesAndFoldsUpToTheFence() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 5)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 6)));

        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        assertThat(taken).isEmpty();
        // Not visible, and not yet there, when the takeover began.
        log.add(0, r -> r.deductions(P, 1, 3, entries(3, 7)));
        ScriptedLog.Sending fence = log.next(0);
        assertThat(fence.record().sections()).containsExactly(new Section.Fence(P, 2));
        assertThat(fence.record().writer()).isEqualTo("node-2");
        fence.store();
        log.add(0, r -> r.deductions(P, 1, 4, entries(4, 8)));
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(18);
        assertThat(taken.get(P).remaining()).isEqualTo(82);
        assertThat(taken.get(P).quantityOf(3, -3)).isEqualTo(7);
        assertThat(taken.get(P).quantityOf(4, -4)).isZero();
    }

    /** Three lanes with 10,000 ids each, and memory for some 20,000. */
    @Test
    void theIdsThatAreTakenOverTakeNoMoreMemoryThanTheyMay() {
        List<LanePosition> positions = new ArrayList<>();
        List<EarlierEpoch> epochs = new ArrayList<>();
        for (int lane = 0; lane < 3; lane++) {
            int l = lane;
            for (int i = 0; i < 1_000; i++) {
                int record = i;
                long first = 100_000L * (lane + 1) + 10L * i;
                long[] ids = LongStream.range(first, first + 10)
                        .flatMap(id -> LongStream.of(id, 1))
                        .toArray();
                log.add(lane, r -> r.deductions(P, l + 1, record + 1, entries(ids)));
            }
            positions.add(position(lane, 0, 0));
            epochs.add(earlier(lane + 1L, lane, 0));
        }
        begin(
                List.of(open(P, 4, 100_000, epochs.toArray(EarlierEpoch[]::new))),
                positions.toArray(LanePosition[]::new));
        for (int lane = 0; lane < 3; lane++) {
            log.next(lane).store();
            loop.run();
            assertThat(memory.taken()).isLessThanOrEqualTo(memory.limit());
        }
        Pool pool = taken.get(P);
        assertThat(pool.consumed()).isEqualTo(30_000);
        assertThat(pool.rememberedIds()).isBetween(5_000L, 25_000L);
        assertThat(pool.quantityOf(309_999, -309_999)).as("the newest id").isEqualTo(1);
        assertThat(pool.quantityOf(100_000, -100_000)).as("the oldest id").isZero();
    }

    @Test
    void waitsUntilTheLaneIsVisibleUpToTheFence() {
        for (int i = 1; i <= 10; i++) {
            int id = i;
            log.add(0, r -> r.deductions(P, 1, id, entries(id, 1)));
        }
        log.hideFrom(0, 4);
        log.failReads(0, 3);
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).store();
        loop.pass(LONG);
        assertThat(taken).isEmpty();

        log.showAll(0);
        loop.pass(LONG);

        assertThat(taken.get(P).consumed()).isEqualTo(10);
    }

    @Test
    void theFenceIsSentUntilItIsStoredAndTheFirstCopyCounts() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 5)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).lose();
        loop.pass(LONG);
        log.next(0).storeUnconfirmed();
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 6)));
        loop.pass(LONG);
        log.next(0).store();
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(5);
    }

    @Test
    void everyEarlierEpochThatMayLiveIsFencedAndFolded() {
        // Epoch 1 in lane 0; epoch 2's node died before it fenced it; epoch 3 served in lane 2.
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(2, r -> r.deductions(P, 3, 1, entries(2, 2)));
        begin(
                List.of(open(P, 4, 100, earlier(1, 0, 0), earlier(2, 1, 0), earlier(3, 2, 0))),
                position(0, 0, 0),
                position(1, 0, 0),
                position(2, 0, 0));
        assertThat(log.waiting(0)).isEqualTo(1);
        assertThat(log.waiting(1)).isEqualTo(1);
        assertThat(log.waiting(2)).isEqualTo(1);

        // The first owner still lives.
        log.add(0, r -> r.deductions(P, 1, 2, entries(3, 4)));
        log.next(1).store();
        log.next(0).store();
        loop.run();
        assertThat(taken).isEmpty();
        log.next(2).store();
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(7);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(3);
        assertThat(log.records(0).get(2).sections()).containsExactly(new Section.Fence(P, 4));
    }

    @Test
    void aSettledEpochGivesItsIdsAndIsNotFenced() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 5)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 5)));
        log.add(0, r -> r.fence(P, 2));
        begin(
                List.of(open(P, 3, 100, fenced(1, 0, 2)).toBuilder()
                        .setConsumed(10)
                        .build()),
                position(0, 3, 1));
        loop.run();

        assertThat(log.waiting(0)).isZero();
        Pool pool = taken.get(P);
        assertThat(pool.consumed()).isEqualTo(10);
        assertThat(pool.quantityOf(1, -1)).as("before the window").isZero();
        assertThat(pool.quantityOf(2, -2)).isEqualTo(5);
    }

    /** The settled seq is 1, and the rest of what was sold lies behind a jump that has settled: 90 units seem to be left. */
    @Test
    void whatTheBooksHaveHaltedIsFencedAndRefused() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 10)));
        log.add(0, r -> r.deductions(P, 1, 3, entries(2, 50)));
        OpenPartition halted = open(P, 2, 100, earlier(1, 0, 1)).toBuilder()
                .setConsumed(10)
                .setHalted("halted")
                .build();
        begin(List.of(halted, open(OTHER, 2, 5, earlier(1, 0, 0))), position(0, 2, 2));
        ScriptedLog.Sending fence = log.next(0);
        assertThat(fence.record().sections()).contains(new Section.Fence(P, 2));
        fence.store();
        loop.run();

        assertThat(failed).containsExactly(Map.entry(P, "halted"));
        assertThat(taken.get(OTHER).remaining()).isEqualTo(5);
    }

    @Test
    void ofAHaltedOneThatCanNotBeFencedThatIsTheReason() {
        begin(
                List.of(open(P, 2, 100, earlier(1, 9, 1)).toBuilder()
                        .setHalted("halted")
                        .build()),
                position(9, 2, 2));

        assertThat(failed.get(P)).startsWith("lane 9: ");
    }

    @Test
    void unitsCountFromTheSettledOffsetAndIdsFromTheWindow() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 2)));
        log.add(0, r -> r.deductions(P, 1, 3, entries(3, 4)));
        begin(
                List.of(open(P, 2, 100, earlier(1, 0, 2)).toBuilder()
                        .setConsumed(3)
                        .setReturned(20)
                        .build()),
                position(0, 2, 1));
        log.next(0).store();
        loop.run();

        Pool pool = taken.get(P);
        assertThat(pool.consumed()).isEqualTo(7);
        assertThat(pool.returned()).isEqualTo(20);
        assertThat(pool.remaining()).isEqualTo(73);
        assertThat(pool.quantityOf(1, -1)).isZero();
        assertThat(pool.quantityOf(2, -2)).isEqualTo(2);
    }

    @Test
    void aWindowBeyondTheSettledOffsetDoesNotHideUnits() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 2)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 2));
        log.next(0).store();
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(3);
    }

    @Test
    void anExpiredWindowCostsIdsOnly() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 2)));
        log.add(0, r -> r.deductions(P, 1, 3, entries(3, 4)));
        log.expire(0, 1);
        begin(
                List.of(open(P, 2, 100, earlier(1, 0, 2)).toBuilder()
                        .setConsumed(3)
                        .build()),
                position(0, 2, 0));
        log.next(0).store();
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(7);
        assertThat(taken.get(P).quantityOf(1, -1)).isZero();
        assertThat(taken.get(P).quantityOf(2, -2)).isEqualTo(2);
    }

    @Test
    void unsettledRecordsThatHaveExpiredFailThePartition() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 2)));
        log.expire(0, 1);
        begin(
                List.of(open(P, 2, 100, earlier(1, 0, 0)), open(OTHER, 2, 100, earlier(1, 1, 0))),
                position(0, 0, 0),
                position(1, 0, 0));
        log.next(0).store();
        log.next(1).store();
        loop.run();

        assertThat(failed.get(P)).contains("lane 0").contains("offset 0");
        assertThat(taken).containsOnlyKeys(OTHER);
    }

    private long agoNanos(long millis) {
        return loop.nanoTime() - Duration.ofMillis(millis).toNanos();
    }

    private void assertReaches(Pool pool, long millis) {
        assertThat(pool.isCompleteSince(agoNanos(millis)))
                .as("%s ms ago", millis)
                .isTrue();
        assertThat(pool.isCompleteSince(agoNanos(millis + 1)))
                .as("%s ms ago", millis + 1)
                .isFalse();
    }

    private void assertReachesForEver(Pool pool) {
        assertThat(pool.isCompleteSince(loop.nanoTime() - Long.MAX_VALUE / 2)).isTrue();
    }

    private static LanePosition aged(LanePosition position, long millis) {
        return position.toBuilder().setWindowAgeMillis(millis).build();
    }

    @Test
    void theFirstEpochRemembersAllThereEverWas() {
        begin(List.of(open(P, 1, 100)));

        assertReachesForEver(taken.get(P));
    }

    @Test
    void whoReadsWholeLanesRemembersAllThereEverWas() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        begin(List.of(open(P, 3, 100, earlier(1, 0, 0), earlier(2, 1, 0))), position(0, 0, 0), position(1, 0, 0));
        log.next(0).store();
        log.next(1).store();
        loop.run();

        assertReachesForEver(taken.get(P));
    }

    @Test
    void memoryReachesBackAsFarAsTheYoungestWindowAndTheTakeoverItself() {
        for (int i = 0; i < 5; i++) {
            log.add(0, r -> {});
            log.add(1, r -> {});
        }
        begin(
                List.of(open(P, 3, 100, fenced(1, 0, 1), earlier(2, 1, 0)), open(OTHER, 2, 100, fenced(1, 0, 1))),
                aged(position(0, 5, 3), 9_000),
                aged(position(1, 5, 4), 3_000));
        loop.pass(Duration.ofMillis(250));
        log.next(1).store();
        loop.run();

        assertReaches(taken.get(P), 3_250);
        assertReaches(taken.get(OTHER), 9_250);
    }

    @Test
    void aWindowOfWhichNobodySaysHowOldItIsIsNoOlderThanTheTakeover() {
        for (int i = 0; i < 5; i++) {
            log.add(0, r -> {});
        }
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 5, 3));
        loop.pass(Duration.ofMillis(10));
        log.next(0).store();
        loop.run();

        assertReaches(taken.get(P), 10);
    }

    @Test
    void noWholeLaneMakesUpForAnEpochThatWasLeftOut() {
        begin(List.of(open(P, 3, 100, earlier(2, 0, 0))), position(0, 0, 0));
        log.next(0).store();
        loop.run();

        assertReaches(taken.get(P), 0);
    }

    @Test
    void memoryDoesNotReachBackToIdsThatTheLogHasLost() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.fence(P, 2));
        log.expire(0, 1);
        log.add(1, new byte[] {1, 2, 3});
        begin(
                List.of(open(P, 2, 100, fenced(1, 0, 1)), open(OTHER, 2, 100, fenced(1, 1, 1))),
                aged(position(0, 2, 0), 9_000),
                aged(position(1, 1, 0), 9_000));

        assertReaches(taken.get(P), 0);
        assertReaches(taken.get(OTHER), 0);
    }

    @Test
    void whoeverWantsOnlyIdsDoesNotFailForThem() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, r -> r.fence(P, 2));
        log.expire(0, 2);
        begin(
                List.of(open(P, 3, 100, fenced(1, 0, 1)).toBuilder()
                        .setConsumed(1)
                        .build()),
                position(0, 2, 0));

        assertThat(taken.get(P).remaining()).isEqualTo(99);
    }

    /** The lane went back below what has settled: the units are in the books, and only ids are gone. */
    @Test
    void norForIdsOfALaneThatEndsBelowWhatHasSettled() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        begin(
                List.of(open(P, 3, 100, fenced(1, 0, 7)).toBuilder()
                        .setConsumed(7)
                        .build()),
                position(0, 9, 0));
        loop.pass(LONG);

        assertThat(taken.get(P).remaining()).isEqualTo(93);
    }

    @Test
    void norForIdsOfALaneThatTheLogDoesNotHave() {
        begin(List.of(open(P, 3, 100, fenced(1, 9, 7))), position(9, 9, 0));

        assertThat(taken.get(P).remaining()).isEqualTo(100);
    }

    @Test
    void aLaneThatTheLogDoesNotHaveFailsThoseWhoseUnitsItMayHoldAndNoOther() {
        begin(List.of(open(P, 2, 100, earlier(1, 9, 0)), open(OTHER, 3, 100, fenced(1, 9, 1))), position(9, 0, 0));

        assertThat(failed.get(P)).startsWith("lane 9: ");
        assertThat(taken).containsOnlyKeys(OTHER);
    }

    /** The fence is stored, the lane lost what stood before it. */
    @Test
    void anEndBelowTheFenceFailsThePartition() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).acknowledge(5);
        loop.pass(LONG);

        assertThat(failed.get(P)).contains("ends at offset 1").contains("lost acknowledged records");
    }

    @Test
    void alsoNotWhenAnotherPartitionOfTheLaneFails() {
        for (int i = 0; i < 4; i++) {
            log.add(0, r -> {});
        }
        log.expire(0, 3);
        begin(
                List.of(
                        open(P, 3, 100, fenced(1, 0, 1)).toBuilder()
                                .setConsumed(1)
                                .build(),
                        open(OTHER, 3, 100, earlier(1, 0, 1))),
                position(0, 2, 0));
        log.next(0).store();
        loop.run();

        assertThat(taken).containsOnlyKeys(P);
        assertThat(failed).containsOnlyKeys(OTHER);
    }

    @Test
    void aLaneThatForgotWhatHasSettledFails() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        begin(
                List.of(open(P, 2, 100, earlier(1, 0, 5)).toBuilder()
                        .setConsumed(5)
                        .build()),
                position(0, 7, 0));
        log.next(0).store();
        loop.run();

        assertThat(failed.get(P)).contains("offset 1").contains("at least 7");
    }

    @Test
    void aGapFailsThePartition() {
        log.add(0, r -> r.deductions(P, 1, 2, entries(1, 1)).deductions(OTHER, 1, 1, entries(1, 1)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0)), open(OTHER, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).store();
        loop.run();

        assertThat(failed.get(P)).contains("seq 2");
        assertThat(taken.get(OTHER).consumed()).isEqualTo(1);
    }

    @Test
    void aRecordThatCannotBeReadFailsThoseWhoseUnitsItMayHold() {
        log.add(0, new byte[] {1, 2, 3});
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        log.add(0, new byte[] {1, 2, 3});
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 1, 0));
        log.next(0).store();
        loop.run();
        assertThat(failed.get(P)).contains("lane 0").contains("offset 2");

        failed.clear();
        begin(List.of(open(P, 3, 100, fenced(1, 0, 1))), position(0, 2, 0));
        assertThat(failed).isEmpty();
        assertThat(taken.get(P).quantityOf(1, -1)).isEqualTo(1);
    }

    @Test
    void aRecordThatAnOperatorHasDecidedOnIsPassedOverAndNoOtherAtItsPlace() {
        byte[] unreadable = {1, 2, 3};
        log.add(0, unreadable);
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 1)));
        SkippedRecord decided = SkippedRecord.newBuilder()
                .setOffset(0)
                .setPrint(LaneRecord.print(new byte[] {1, 2, 4}))
                .build();
        begin(
                List.of(open(P, 2, 100, earlier(1, 0, 0))),
                position(0, 0, 0).toBuilder().addSkipped(decided).build());
        log.next(0).store();
        loop.run();
        assertThat(failed.get(P)).contains("lane 0, offset 0");

        begin(
                List.of(open(P, 3, 100, earlier(1, 0, 0))),
                position(0, 0, 0).toBuilder()
                        .addSkipped(decided.toBuilder().setPrint(LaneRecord.print(unreadable)))
                        .build());
        log.next(0).store();
        loop.run();
        assertThat(taken.get(P).consumed()).isEqualTo(1);
    }

    @Test
    void aMissingPositionFailsThePartition() {
        begin(List.of(open(P, 2, 100, earlier(1, 3, 0)), open(OTHER, 1, 50)));

        assertThat(failed.get(P)).contains("lane 3");
        assertThat(taken.get(OTHER).remaining()).isEqualTo(50);
    }

    @Test
    void totalsThatCannotBeFailThePartitionAndNoOther() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 101)).deductions(OTHER, 1, 1, entries(1, 1)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0)), open(OTHER, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).store();
        loop.run();

        assertThat(failed.get(P)).contains("consumed 101");
        assertThat(taken.get(OTHER).remaining()).isEqualTo(99);
    }

    @Test
    void aFenceOfALaterTakeoverEndsTheLaneToo() {
        log.add(0, r -> r.deductions(P, 1, 1, entries(1, 5)));
        log.add(0, r -> r.fence(P, 9));
        log.add(0, r -> r.deductions(P, 1, 2, entries(2, 5)));
        begin(List.of(open(P, 2, 100, earlier(1, 0, 0))), position(0, 0, 0));
        log.next(0).store();
        loop.run();

        assertThat(taken.get(P).consumed()).isEqualTo(5);
    }

    @Test
    void manyPartitionsAreFencedInOneRecordForEachLane() {
        List<OpenPartition> partitions = new ArrayList<>();
        for (int slot = 0; slot < 1_000; slot++) {
            int lane = slot % 2;
            PartitionId id = new PartitionId(new Sku("many"), slot);
            log.add(lane, r -> r.deductions(id, 1, 1, entries(id.slot(), 1 + id.slot())));
            partitions.add(open(id, 2, 10_000, earlier(1, lane, 0)));
        }
        begin(partitions, position(0, 0, 0), position(1, 0, 0));
        for (int lane = 0; lane < 2; lane++) {
            ScriptedLog.Sending fence = log.next(lane);
            assertThat(fence.record().sections()).hasSize(500).allMatch(section -> section instanceof Section.Fence);
            fence.store();
            assertThat(log.waiting(lane)).isZero();
        }
        loop.run();

        assertThat(taken).hasSize(1_000);
        taken.forEach((id, pool) -> assertThat(pool.consumed()).isEqualTo(1 + id.slot()));
        // Each lane was read once, three records at a time.
        assertThat(log.reads(0)).isEqualTo(167);
    }

    @Test
    void veryManyFencesGoInSeveralRecords() {
        List<OpenPartition> partitions = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            PartitionId id = new PartitionId(new Sku("s".repeat(59) + (10_000 + i / 1_000)), i % 1_000);
            partitions.add(open(id, 2, 10, earlier(1, 0, 0)));
        }
        PartitionId last = Takeover.idOf(partitions.get(19_999));
        PartitionId first = Takeover.idOf(partitions.get(0));
        begin(partitions, position(0, 0, 0));
        int fences = 0;
        while (log.waiting(0) > 0) {
            ScriptedLog.Sending fence = log.next(0);
            assertThat(fence.bytes()).hasSizeLessThanOrEqualTo(LogRecord.MAX_BYTES);
            fences += fence.record().sections().size();
            fence.store();
            log.add(0, r -> r.deductions(first, 1, 1, entries(1, 1)).deductions(last, 1, 1, entries(1, 1)));
            loop.run();
        }

        assertThat(fences).isEqualTo(20_000);
        assertThat(taken).hasSize(20_000);
        assertThat(taken.get(first).consumed()).isZero();
        // Its fence was in the last record: what stood before that one counts.
        assertThat(taken.get(last).consumed()).isEqualTo(1);
        assertThat(failed).isEmpty();
    }
}
