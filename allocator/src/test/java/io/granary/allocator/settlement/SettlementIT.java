// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.naming;
import static io.granary.allocator.settlement.Records.record;
import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.store.Books;
import io.granary.allocator.store.Books.SkuFigures;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlSettlementStore;
import io.granary.concurrent.ThreadLoop;
import io.granary.log.Append;
import io.granary.log.InMemoryStockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettlementIT {
    private static final Sku SKU = new Sku("seed");
    private static final PartitionId P0 = new PartitionId(SKU, 0);
    private static final PartitionId P1 = new PartitionId(SKU, 1);
    private static final RequestId A = RequestId.of("a");
    private static final RequestId B = RequestId.of("b");
    private static final SettlementSettings QUICK = new SettlementSettings(
            64,
            10_000,
            1 << 20,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofMillis(200),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            new IdWindow(Duration.ofHours(1), 100, 10, Duration.ofHours(1)));

    private final Books books = Books.open();
    private final InMemoryStockLog log = new InMemoryStockLog(2);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private final Set<Sku> touched = ConcurrentHashMap.newKeySet();
    private final List<ThreadLoop> loops = new ArrayList<>();
    private final List<Settlement> settlements = new ArrayList<>();

    @BeforeEach
    void seed() {
        books.addSku(SKU, 2, 10_000);
        books.own(P0, 1, "node-1", 0);
        books.own(P1, 1, "node-2", 1);
        books.grant(P0, 400);
    }

    @AfterEach
    void close() {
        settlements.forEach(settlement -> settlement.stop().join());
        loops.forEach(ThreadLoop::close);
        executor.shutdown();
        try {
            // The sums, whatever is halted or stopped.
            assertThat(new Reconcile(books.database()).check())
                    .filteredOn(drift ->
                            !drift.what().matches("(partitions that are|units locked in) halted.*|alarms of.*"))
                    .isEmpty();
        } finally {
            books.close();
        }
    }

    private Settlement settle(String name) {
        return settle(name, QUICK);
    }

    private Settlement settle(String name, SettlementSettings settings) {
        ThreadLoop loop = ThreadLoop.start("settlement-" + name);
        loops.add(loop);
        SqlSettlementStore store =
                new SqlSettlementStore(books.database().transactions(), executor, settings.idWindow());
        Settlement settlement =
                new Settlement(name, loop, log, store, settings, new MeterScope(meters), touched::addAll);
        settlements.add(settlement);
        settlement.setAllocators(List.of(name));
        return settlement;
    }

    private void put(int lane, byte[] record) {
        assertThat(log.append(lane, record)).isCompletedWithValueMatching(Append.Stored.class::isInstance);
    }

    private void append(int lane, Records record) {
        put(lane, record.bytes());
    }

    private void awaitSettled(int lane, long offset) {
        await().until(() -> books.numbers("select settled from lane where lane = ?", lane), List.of(offset)::equals);
    }

    private String awaitAlarm(int lane) {
        return await().until(
                        () -> books.texts("select alarm from lane where lane = ? and alarm is not null", lane),
                        alarms -> !alarms.isEmpty())
                .get(0);
    }

    private double count(String meter) {
        return meters.counter("granary.settlement." + meter).count();
    }

    private double gauge(String meter) {
        return meters.get("granary.settlement." + meter).gauge().value();
    }

    private long ledgerUnits() {
        return books.number("select coalesce(sum(quantity), 0) from deduction");
    }

    @Test
    void theSeedExample() {
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_600, 400, 10_000, 10_000, 0, 0));
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10, B, 20));
        awaitSettled(0, 1);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_600, 370, 9_970, 10_000, 30, 0));
        books.grant(P0, 100);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_500, 470, 9_970, 10_000, 30, 0));
        assertThat(books.numbers("select quantity, state, slot, epoch, time from deduction order by quantity"))
                .containsExactly(10L, 1L, 0L, 1L, Records.TIME, 20L, 1L, 0L, 1L, Records.TIME);
        assertThat(books.numbers("select ids from lane where lane = 0")).containsExactly(2L);
        await().until(() -> touched.contains(SKU));
        await().until(() -> count("rows") == 2);
    }

    @Test
    void aReturnGoesBackToTheInventory() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10).returned(P0, 1, 2, 50));
        awaitSettled(0, 1);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_650, 340, 9_990, 10_000, 10, 0));
        assertThat(books.numbers("select granted, consumed, returned from `partition` where slot = 0"))
                .containsExactly(400L, 10L, 50L);
    }

    @Test
    void anIdDeductedByTwoPartitionsCountsOnce() {
        books.grant(P1, 100);
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10));
        awaitSettled(0, 1);
        append(1, record().deductions(P1, 1, 1, A, 10, B, 5));
        awaitSettled(1, 1);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_510, 475, 9_985, 10_000, 15, 0));
        assertThat(books.numbers("select consumed from `partition` order by slot"))
                .containsExactly(10L, 15L);
        assertThat(ledgerUnits()).isEqualTo(15);
        assertThat(books.number("select count(*) from conflict")).isZero();
        await().until(() -> count("duplicates") == 1);
    }

    @Test
    void ofAnIdWithTwoQuantitiesTheFirstStands() {
        books.grant(P1, 100);
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10));
        awaitSettled(0, 1);
        append(1, record().deductions(P1, 1, 1, A, 7));
        awaitSettled(1, 1);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_507, 483, 9_990, 10_000, 10, 0));
        assertThat(books.numbers("select first_quantity, quantity, slot, epoch from conflict"))
                .containsExactly(10L, 7L, 1L, 1L);
        await().until(() -> count("conflicts") == 1);
    }

    @Test
    void anIdThatComesSeveralTimesInOneTransactionCountsOnce() {
        PartitionId other = new PartitionId(SKU, 2);
        books.own(other, 1, "node-1", 0);
        books.grant(other, 100);
        append(0, record().deductions(P0, 1, 1, A, 10, B, 3));
        append(0, record().deductions(other, 1, 1, A, 10, B, 4));
        settle("a1");
        awaitSettled(0, 2);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_514, 473, 9_987, 10_000, 13, 0));
        assertThat(books.numbers("select first_quantity, quantity from conflict"))
                .containsExactly(3L, 4L);
    }

    @Test
    void whatTheLedgerHasStandsAboveWhatComesFirstInTheLane() {
        PartitionId other = new PartitionId(SKU, 2);
        books.own(other, 1, "node-1", 0);
        books.grant(other, 100);
        books.grant(P1, 100);
        settle("a1");
        append(1, record().deductions(P1, 1, 1, A, 2));
        awaitSettled(1, 1);
        append(0, record().deductions(P0, 1, 1, A, 3).deductions(other, 1, 1, A, 2));
        awaitSettled(0, 1);
        assertThat(ledgerUnits()).isEqualTo(2);
        assertThat(books.numbers("select first_quantity, quantity from conflict"))
                .containsExactly(2L, 3L);
    }

    @Test
    void recordsSentAgainChangeNothing() {
        settle("a1");
        Records sent = record().deductions(P0, 1, 1, A, 10).returned(P0, 1, 2, 5);
        byte[] bytes = sent.bytes();
        put(0, bytes);
        put(0, bytes);
        awaitSettled(0, 2);
        put(0, bytes);
        awaitSettled(0, 3);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_605, 385, 9_990, 10_000, 10, 0));
        await().until(() -> count("sections.duplicate") == 4);
    }

    @Test
    void aFenceEndsTheEpochForGood() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10));
        append(0, record().fence(P0, 2));
        append(0, record().deductions(P0, 1, 2, B, 10));
        awaitSettled(0, 3);
        assertThat(books.numbers("select seq, fenced from partition_epoch where slot = 0"))
                .containsExactly(1L, 1L);
        settlements.get(0).stop().join();
        settle("a2");
        append(0, record().deductions(P0, 1, 2, B, 10));
        awaitSettled(0, 4);
        assertThat(ledgerUnits()).isEqualTo(10);
        await().until(() -> count("sections.stale") == 2);
    }

    @Test
    void aFenceEndsOnlyTheEpochsOfItsLane() {
        books.own(P0, 2, "node-2", 1);
        settle("a1");
        append(1, record().fence(P0, 3));
        awaitSettled(1, 1);
        append(0, record().deductions(P0, 1, 1, A, 10));
        awaitSettled(0, 1);
        assertThat(books.numbers("select epoch, fenced from partition_epoch where slot = 0 order by epoch"))
                .containsExactly(1L, 0L, 2L, 1L);
        assertThat(ledgerUnits()).isEqualTo(10);
    }

    @Test
    void aJumpHaltsTheOwnershipAlsoForLaterSettlers() {
        settle("a1");
        append(0, record().deductions(P0, 1, 2, A, 10));
        awaitSettled(0, 1);
        assertThat(books.numbers("select seq, halted from partition_epoch where slot = 0"))
                .containsExactly(0L, 1L);
        assertThat(books.numbers("select halted from `partition` order by slot"))
                .containsExactly(1L, 0L);
        settlements.get(0).stop().join();
        settle("a2");
        append(0, record().deductions(P0, 1, 1, A, 10));
        awaitSettled(0, 2);
        assertThat(ledgerUnits()).isZero();
        await().until(() -> count("sections.gap") == 2);
    }

    @Test
    void aMalformedRecordStopsTheLaneUntilTheAlarmIsCleared() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10));
        put(0, new byte[] {1, 2, 3});
        append(0, naming(1));
        assertThat(awaitAlarm(0)).startsWith("the record at 1 can't be applied: malformed");
        assertThat(ledgerUnits()).isEqualTo(10);
        books.update("update lane set settled = 2, tail = null, alarm = null where lane = 0");
        append(0, record().deductions(P0, 1, 2, B, 10));
        awaitSettled(0, 4);
        assertThat(ledgerUnits()).isEqualTo(20);
    }

    @Test
    void whatTheLogLosesBeforeItIsAcknowledgedIsNeitherSoldNorAnAlarm() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 10));
        awaitSettled(0, 1);
        append(0, naming(0).deductions(P0, 1, 2, B, 10));
        await().until(() -> gauge("unproven") == 1);
        // The broker loses it, and the next owner's fence takes its place.
        log.truncate(0, 1);
        append(0, naming(-1).fence(P0, 2));
        append(0, naming(1));
        awaitSettled(0, 2);
        assertThat(ledgerUnits()).isEqualTo(10);
        assertThat(books.numbers("select fenced from partition_epoch where slot = 0 and epoch = 1"))
                .containsExactly(1L);
        assertThat(gauge("unproven")).isZero();
    }

    @Test
    void aSkuThatTheBooksDontKnowStopsTheLane() {
        settle("a1");
        append(0, record().deductions(new PartitionId(new Sku("stranger"), 0), 1, 1, A, 1));
        assertThat(awaitAlarm(0)).contains("sku: 'stranger'").contains("written by node-1");
    }

    @Test
    void unitsThatWereNeverGrantedHaltTheirPartitionAndNothingElse() {
        PartitionId other = new PartitionId(SKU, 2);
        books.own(other, 1, "node-1", 0);
        books.grant(other, 100);
        Sku soldOut = new Sku("another");
        PartitionId another = new PartitionId(soldOut, 0);
        books.addSku(soldOut, 1, 50);
        books.own(another, 1, "node-1", 0);
        books.grant(another, 50);
        append(0, record().deductions(P0, 1, 1, A, 10));
        append(
                0,
                record().deductions(another, 1, 1, RequestId.of("c"), 7)
                        .deductions(P0, 1, 2, B, 391)
                        .deductions(other, 1, 1, B, 5));
        append(0, record().deductions(P0, 1, 3, RequestId.of("d"), 1).deductions(other, 1, 2, RequestId.of("e"), 1));
        settle("a1");
        awaitSettled(0, 3);

        assertThat(books.numbers("select seq, halted from partition_epoch where lane = 0 order by sku_id, slot"))
                .containsExactly(1L, 1L, 2L, 0L, 1L, 0L);
        assertThat(books.texts("select halt_reason from partition_epoch where halted"))
                .singleElement()
                .asString()
                .startsWith("lane 0 offset 1, written by node-1: ")
                .contains("partition_within_grant");
        // What the halted one holds is locked: neither sold nor in the inventory.
        assertThat(books.numbers("select granted, consumed from `partition` where lane = 0 order by sku_id, slot"))
                .containsExactly(400L, 10L, 100L, 6L, 50L, 7L);
        assertThat(ledgerUnits()).isEqualTo(23);
        append(0, record().deductions(another, 1, 2, RequestId.of("f"), 3));
        awaitSettled(0, 4);
        assertThat(books.figures(soldOut)).isEqualTo(new SkuFigures(0, 40, 40, 50, 10, 0));
    }

    @Test
    void aLogThatForgotWhatWasAppliedIsNoticed() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 1));
        append(0, record().deductions(P0, 1, 2, B, 1));
        awaitSettled(0, 2);
        settlements.get(0).stop().join();
        log.truncate(0, 1);
        append(0, record().fence(P0, 2));
        append(0, record().deductions(P0, 1, 2, B, 1));
        settle("a2");
        assertThat(awaitAlarm(0)).contains("the record at 1 is another than the one that was applied");
    }

    @Test
    void anEndBeforeWhatWasAppliedIsNoticed() {
        settle("a1");
        append(0, record().deductions(P0, 1, 1, A, 1));
        append(0, record().deductions(P0, 1, 2, B, 1));
        awaitSettled(0, 2);
        log.truncate(0, 0);
        assertThat(awaitAlarm(0)).contains("settled up to 2, but the log says: BeyondEnd[end=0]");
    }

    @Test
    void recordsThatExpiredBeforeTheyWereAppliedAreNoticed() {
        append(0, record().deductions(P0, 1, 1, A, 1));
        append(0, record().deductions(P0, 1, 2, B, 1));
        log.expire(0, 1);
        settle("a1");
        assertThat(awaitAlarm(0)).contains("the record at 0 is gone: the log begins at 1");
    }

    @Test
    void marksFollowTheIdsAndOldOnesAreRemoved() {
        settle("a1");
        long seq = 0;
        for (int i = 0; i < 30; i++) {
            RequestId[] ids = new RequestId[10];
            int[] quantities = new int[10];
            for (int j = 0; j < 10; j++) {
                ids[j] = RequestId.of(i + "." + j);
                quantities[j] = 1;
            }
            append(0, record().deductions(P0, 1, ++seq, ids, quantities));
            awaitSettled(0, seq);
        }
        List<Long> positions = books.numbers("select position from lane_mark where lane = 0 order by position");
        assertThat(positions).hasSizeBetween(10, 12).last().isEqualTo(30L);
        assertThat(books.number("select ids from lane_mark where lane = 0 and position = 30"))
                .isEqualTo(300);
    }

    /** Whoever applies, and however often settlers come, go and meet: everything counts once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void settlersOfTheSameLanesAndSettlersThatDieApplyEverythingOnce(long seed) throws InterruptedException {
        Random random = new Random(seed);
        books.grant(P1, 9_000);
        books.grant(P0, 600);
        Set<RequestId> ids = new HashSet<>();
        long[] seqs = new long[2];
        long[] records = new long[2];
        byte[][] last = new byte[2][];
        for (int i = 0; i < 120; i++) {
            int lane = random.nextInt(2);
            PartitionId partition = lane == 0 ? P0 : P1;
            RequestId id = RequestId.of("request " + random.nextInt(150));
            ids.add(id);
            if (last[lane] != null && random.nextInt(4) == 0) {
                put(lane, last[lane]);
                records[lane]++;
            }
            last[lane] = record().deductions(partition, 1, ++seqs[lane], id, 1).bytes();
            put(lane, last[lane]);
            records[lane]++;
            if (i % 10 == 0) {
                if (settlements.size() > 2) {
                    settlements.get(random.nextInt(settlements.size())).close();
                }
                settle("a" + i);
            }
        }
        settle("last");
        awaitSettled(0, records[0]);
        awaitSettled(1, records[1]);
        assertThat(ledgerUnits()).isEqualTo(ids.size());
        assertThat(books.numbers("select consumed from `partition` order by slot"))
                .containsExactly(seqs[0], seqs[1]);
        assertThat(books.figures(SKU).sold()).isEqualTo(ids.size());
    }
}
