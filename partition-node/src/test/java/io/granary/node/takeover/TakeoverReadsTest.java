// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import static io.granary.node.testing.Records.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.log.Append;
import io.granary.log.InMemoryStockLog;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.IdMemory;
import io.granary.node.pool.Pool;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LanePosition;
import io.granary.proto.OpenPartition;
import io.granary.record.RecordBuilder;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a takeover reads of the log: hardly more than where sections of its partitions stand. */
final class TakeoverReadsTest implements Takeover.Outcome {
    /** An hour of a sold-out rush, at the 100 records a second that a node writes in it. */
    private static final int EMPTY_RECORDS = 360_000;

    private static final int SALES = 100;
    private static final PartitionId P = new PartitionId(new Sku("sku"), 0);

    /** Counts the records that are read. */
    private static final class CountingLog implements StockLog {
        final InMemoryStockLog log = new InMemoryStockLog(2);
        long recordsRead;

        @Override
        public int lanes() {
            return log.lanes();
        }

        @Override
        public CompletableFuture<Append> append(int lane, byte[] record) {
            return log.append(lane, record);
        }

        @Override
        public CompletableFuture<Read> read(int lane, long from, Duration wait) {
            CompletableFuture<Read> read = log.read(lane, from, wait);
            if (read.join() instanceof Read.Records records) {
                recordsRead += records.records().size();
            }
            return read;
        }

        @Override
        public void close() {
            log.close();
        }
    }

    private final ManualLoop loop = new ManualLoop();
    private final CountingLog log = new CountingLog();
    private final Map<PartitionId, Pool> taken = new HashMap<>();
    private final List<String> failed = new ArrayList<>();
    private long seq;
    private long offset;

    @Override
    public void onTaken(PartitionId partition, long epoch, Pool pool) {
        taken.put(partition, pool);
    }

    @Override
    public void onFailed(PartitionId partition, long epoch, String reason) {
        failed.add(reason);
    }

    private void append(RecordBuilder record) {
        assertThat(log.append(0, record.build())).isCompletedWithValue(new Append.Stored(offset++));
    }

    private void sell(int times) {
        for (int i = 0; i < times; i++) {
            seq++;
            append(new RecordBuilder("node-1", 0, 128).deductions(P, 1, seq, entries((int) seq, 1)));
        }
    }

    private void refuse(int times) {
        byte[] empty = new RecordBuilder("node-1", 0, 0).build();
        for (int i = 0; i < times; i++) {
            assertThat(log.append(0, empty)).isCompletedWithValue(new Append.Stored(offset++));
        }
    }

    /** Takes P over; everything has settled: how many records were read. */
    private long takeOver(EarlierEpoch earlier, LanePosition position) {
        OpenPartition open = OpenPartition.newBuilder()
                .setSku("sku")
                .setEpoch(2)
                .setGranted(10_000)
                .setConsumed(seq)
                .addEarlier(earlier)
                .build();
        Takeover.begin("node-2", 2, log, loop, List.of(open), List.of(position), IdMemory.unlimited(), this);
        loop.run();
        assertThat(failed).isEmpty();
        assertThat(taken).containsOnlyKeys(P);
        assertThat(taken.get(P).consumed()).isEqualTo(seq);
        return log.recordsRead;
    }

    private EarlierEpoch.Builder earlier() {
        return EarlierEpoch.newBuilder().setEpoch(1).setSeq(seq);
    }

    private LanePosition allSettled() {
        return LanePosition.newBuilder().setSettled(offset).build();
    }

    @Test
    void anHourOfASoldOutRushBehindTheLastSaleIsNotRead() {
        sell(SALES);
        refuse(EMPTY_RECORDS);
        assertThat(takeOver(earlier().setEnd(SALES).build(), allSettled())).isLessThan(1_500);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES);
    }

    @Test
    void withoutTheRushJustAsMuchIsRead() {
        sell(SALES);
        assertThat(takeOver(earlier().setEnd(SALES).build(), allSettled())).isBetween((long) SALES, 1_500L);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES);
    }

    /** What came since the last settlement is always read: units count there. */
    @Test
    void whatHasNotSettledIsReadToTheFence() {
        sell(SALES);
        refuse(5_000);
        LanePosition settled = allSettled();
        EarlierEpoch known = earlier().setEnd(SALES).build();
        long consumed = seq;
        refuse(500);
        sell(1);
        refuse(500);
        OpenPartition open = OpenPartition.newBuilder()
                .setSku("sku")
                .setEpoch(2)
                .setGranted(10_000)
                .setConsumed(consumed)
                .addEarlier(known)
                .build();
        Takeover.begin("node-2", 2, log, loop, List.of(open), List.of(settled), IdMemory.unlimited(), this);
        loop.run();
        assertThat(taken.get(P).consumed()).isEqualTo(SALES + 1);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES + 1);
        assertThat(log.recordsRead).isBetween(1_100L, 3_500L);
    }

    @Test
    void whatStandsBeforeItsFirstSectionIsNotRead() {
        refuse(20_000);
        long first = offset;
        sell(SALES);
        assertThat(takeOver(earlier().setFirst(first).setEnd(offset).build(), allSettled()))
                .isLessThan(1_500);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES);
    }

    /** As a leader of an earlier version tells it, or when such an allocator has settled. */
    @Test
    void anEndThatIsNotKnownIsWhereTheLaneHasSettled() {
        sell(SALES);
        refuse(5_000);
        sell(1);
        assertThat(takeOver(earlier().build(), allSettled())).isGreaterThanOrEqualTo(5_101);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES + 1);
    }

    @Test
    void anEpochThatEndedIsReadWhereItsSectionsStand() {
        sell(SALES);
        refuse(20_000);
        EarlierEpoch ended = earlier().setEnd(SALES).setFenced(true).build();
        assertThat(takeOver(ended, allSettled())).isLessThan(1_500);
        assertThat(taken.get(P).rememberedIds()).isEqualTo(SALES);
        assertThat(log.append(0, new byte[] {1})).isCompletedWithValue(new Append.Stored(offset));
    }

    @Test
    void idsThatTheLogNoLongerKeepsDoNotKeepTheOthersFromBeingRead() {
        sell(SALES);
        refuse(20_000);
        log.log.expire(0, 50);
        takeOver(earlier().setEnd(SALES).build(), allSettled());
        assertThat(taken.get(P).rememberedIds()).isEqualTo(50);
    }

    @Test
    void placesNearEachOtherAreOneReading() {
        Wanted wanted = new Wanted();
        wanted.add(5, 5);
        wanted.add(100_000, 100_001);
        wanted.add(1_500, 1_600);
        wanted.add(10, 500);
        wanted.add(20, 30);
        assertThat(wanted.places()).containsExactly(new Wanted.Place(10, 1_600), new Wanted.Place(100_000, 100_001));
    }
}
