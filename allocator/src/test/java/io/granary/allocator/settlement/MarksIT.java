// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.record;
import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.SqlAllocationStore;
import io.granary.allocator.store.SqlSettlementStore;
import io.granary.concurrent.Loop;
import io.granary.concurrent.ThreadLoop;
import io.granary.log.InMemoryStockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the marks that settlement puts to the window that a takeover reads, in the real database. */
final class MarksIT {
    private static final Sku SKU = new Sku("seed");
    private static final PartitionId PARTITION = new PartitionId(SKU, 0);
    private static final IdWindow WINDOW = new IdWindow(Duration.ofMinutes(10), 250, 1, Duration.ofSeconds(10));

    /** A loop on a machine whose wall clock is wrong. */
    private record WrongClock(Loop loop, Duration ahead) implements Loop {
        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return loop.schedule(delay, task);
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime();
        }

        @Override
        public long currentTimeMillis() {
            return loop.currentTimeMillis() + ahead.toMillis();
        }

        @Override
        public boolean isCurrent() {
            return loop.isCurrent();
        }
    }

    private final Books books = Books.open();
    private final InMemoryStockLog log = new InMemoryStockLog(1);
    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final ThreadLoop loop = ThreadLoop.start("settlement");
    private Settlement settlement;
    private IdWindow window = WINDOW;
    private long records;
    private long seq;

    @BeforeEach
    void seed() {
        books.addSku(SKU, 1, 1_000);
        books.own(PARTITION, 1, "node-1", 0);
        books.grant(PARTITION, 1_000);
    }

    @AfterEach
    void close() {
        settlement.stop().join();
        loop.close();
        executor.shutdown();
        books.close();
    }

    private void settleBy(Duration clockAhead) {
        settleBy(clockAhead, WINDOW);
    }

    private void settleBy(Duration clockAhead, IdWindow idWindow) {
        window = idWindow;
        SettlementSettings settings = new SettlementSettings(
                1,
                10_000,
                1 << 20,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ofMillis(200),
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                window);
        settlement = new Settlement(
                "a1",
                new WrongClock(loop, clockAhead),
                log,
                new SqlSettlementStore(books.database().transactions(), executor, window),
                settings,
                new MeterScope(new SimpleMeterRegistry()),
                skus -> {});
        settlement.setAllocators(List.of("a1"));
    }

    private void settle(byte[] record) {
        records++;
        var unused = log.append(0, record);
        await().until(() -> books.numbers("select settled from lane where lane = 0"), List.of(records)::equals);
    }

    /** The owner deducts, and that is settled. */
    private void sell() {
        seq++;
        settle(record().deductions(PARTITION, 1, seq, RequestId.of("order " + seq), 1)
                .bytes());
    }

    /** The owner has written so many records that say nothing, as it does when it refuses. */
    private void refuse(int times) {
        for (int i = 0; i < times; i++) {
            settle(record().bytes());
        }
    }

    /** What the next owner would be told. */
    private TakeoverSnapshot snapshot() {
        books.own(PARTITION, books.number("select max(epoch) + 1 from partition_epoch"), "node-2", 0);
        return new SqlAllocationStore(books.database(), window).snapshot(List.of(SKU));
    }

    private TakeoverSnapshot.LaneStand stand() {
        return snapshot().lanes().get(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {-15, 15})
    void aTakeoverReadsTheIdsOfTheLastMinutesWhateverAnAllocatorTakesTheTimeFor(long minutesAhead) {
        settleBy(Duration.ofMinutes(minutesAhead));
        sell();
        sell();
        assertThat(stand()).isEqualTo(new TakeoverSnapshot.LaneStand(2, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {-15, 15})
    void aTakeoverLeavesOutWhatIsOlderWhateverAnAllocatorTakesTheTimeFor(long minutesAhead) {
        settleBy(Duration.ofMinutes(minutesAhead));
        sell();
        books.update("update lane_mark set marked = marked - interval 11 minute");
        sell();
        TakeoverSnapshot.LaneStand stand = stand();
        assertThat(stand.window()).isEqualTo(1);
        assertThat(stand.windowAgeMillis()).isBetween(660_000L, 690_000L);
    }

    @Test
    void marksThatNoWindowWillBeginWithAreRemoved() {
        settleBy(Duration.ZERO);
        sell();
        sell();
        books.update("update lane_mark set marked = marked - interval 11 minute");
        sell();
        assertThat(books.numbers("select position from lane_mark order by position"))
                .containsExactly(2L, 3L);
    }

    /** Where the log has changed a lane is settled again from an older place on. */
    @Test
    void aMarkThatStandsThereAlreadyIsPutAgain() {
        books.update("insert into lane_mark (lane, position, ids, marked)"
                + " values (0, 1, 0, utc_timestamp(3) - interval 11 minute)");
        settleBy(Duration.ZERO);
        sell();
        assertThat(books.texts("select alarm from lane")).containsExactly("null");
        assertThat(stand()).isEqualTo(new TakeoverSnapshot.LaneStand(1, 0, 0));
    }

    @Test
    void theWindowMovesOnWithoutIds() {
        settleBy(Duration.ZERO, new IdWindow(Duration.ofSeconds(30), 2_000_000, 100_000, Duration.ofMillis(1)));
        sell();
        refuse(3);
        String newest = "select coalesce(max(position), 0) from lane_mark";
        for (int i = 0; books.number(newest) < 2 && i < 100_000; i++) {
            refuse(1);
        }
        long mark = books.number(newest);
        assertThat(mark).isGreaterThan(1);
        books.update("update lane_mark set marked = marked - interval 31 second");
        refuse(2);
        assertThat(stand().window()).isEqualTo(mark);
    }

    @Test
    void theNextOwnerIsToldWhereTheSectionsStand() {
        settleBy(Duration.ZERO);
        refuse(5);
        sell();
        sell();
        sell();
        refuse(50);
        assertThat(snapshot().partitions().get(0).earlier())
                .containsExactly(new TakeoverSnapshot.Earlier(1, 0, 3, false, 5, 8));
        sell();
        assertThat(snapshot().partitions().get(0).earlier())
                .contains(new TakeoverSnapshot.Earlier(1, 0, 4, false, 5, 59));
    }

    /** In a rolling upgrade: it moves the seq, and knows nothing of ends. */
    @Test
    void whereAnAllocatorOfAnEarlierVersionHasSettledTheEndIsNotKnown() {
        settleBy(Duration.ZERO);
        sell();
        books.update("update partition_epoch set seq = 2");
        assertThat(snapshot().partitions().get(0).earlier())
                .containsExactly(new TakeoverSnapshot.Earlier(1, 0, 2, false, 0, 0));
        settlement.stop().join();
        settleBy(Duration.ZERO);
        seq = 2;
        sell();
        assertThat(snapshot().partitions().get(0).earlier())
                .contains(new TakeoverSnapshot.Earlier(1, 0, 3, false, 0, 2));
    }
}
