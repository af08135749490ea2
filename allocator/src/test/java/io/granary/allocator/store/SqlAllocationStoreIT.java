// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.Assignment;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuChange;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.IdWindow;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leader's transactions on a real database. */
class SqlAllocationStoreIT {
    private static final Sku SKU = new Sku("seed");

    private Books books;
    private SqlAllocationStore store;
    private long term;

    @BeforeEach
    void open() {
        books = Books.open();
        store = new SqlAllocationStore(books.database(), IdWindow.DEFAULT);
        store.ensureLanes(4);
        term = store.takeTerm("test");
    }

    @AfterEach
    void close() {
        books.close();
    }

    private SkuBook load(Sku sku) {
        return store.load(List.of(sku)).get(0);
    }

    private SkuBook.Changed apply(SkuBook book, List<Assignment> assignments, List<Grant> grants) {
        return store.apply(term, List.of(new SkuChange(book.id(), book.sku(), assignments, grants)))
                .get(0);
    }

    private static Grant grant(int slot, long epoch, long units) {
        return new Grant(slot, epoch, units, Grant.Reason.OPERATOR);
    }

    private int laneFor(String node, String... others) {
        return store.assignLane(term, node, Set.of(others)).orElseThrow().lane();
    }

    /** Invariants 1 and 2 of docs/correctness.md, "The argument", in figures. */
    @Test
    void theSeedExample() {
        books.addSku(SKU, 1, 10_000);
        int lane = laneFor("a");

        apply(load(SKU), List.of(new Assignment(0, 0, "a", lane)), List.of(grant(0, 1, 400)));
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(9_600, 400, 10_000, 10_000, 0, 0));

        // An update consumes 30.
        books.update("update `partition` set consumed = consumed + 30");
        books.update("update sku set pool = pool - 30, actual = actual - 30, sold = sold + 30");
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(9_600, 370, 9_970, 10_000, 30, 0));

        SkuBook book = apply(load(SKU), List.of(), List.of(grant(0, 1, 100))).book();
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(9_500, 470, 9_970, 10_000, 30, 0));
        assertThat(book).isEqualTo(load(SKU));
        assertThat(book.partitions()).containsExactly(new PartitionBook(0, 1, "a", lane, 500, 30, 0));
        assertThat(books.numbers("select units from allocation order by id")).containsExactly(400L, 100L);
    }

    @Test
    void whatDoesNotFitAnyMoreIsLeftOut() {
        books.addSku(SKU, 2, 10);
        int lane = laneFor("a");
        SkuBook before = load(SKU);
        apply(before, List.of(new Assignment(0, 0, "a", lane)), List.of(grant(0, 1, 8)));

        SkuBook.Changed again =
                apply(before, List.of(new Assignment(0, 0, "a", lane)), List.of(grant(0, 1, 8), grant(0, 2, 1)));

        assertThat(again.assignments()).isEmpty();
        assertThat(again.grants()).containsExactly(grant(0, 1, 2));
        assertThat(load(SKU)).isEqualTo(again.book());
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(0, 10, 10, 10, 0, 0));
        assertThat(books.number("select count(*) from partition_epoch")).isEqualTo(1);
    }

    @Test
    void nobodyGetsAPartitionInALaneThatIsNotHis() {
        books.addSku(SKU, 1, 10);
        int lane = laneFor("a");
        SkuBook.Changed changed = apply(load(SKU), List.of(new Assignment(0, 0, "b", lane)), List.of(grant(0, 1, 8)));
        assertThat(changed.assignments()).isEmpty();
        assertThat(changed.grants()).isEmpty();
        assertThat(load(SKU).partitions()).isEmpty();
    }

    @Test
    void anEarlierLeaderWritesNothing() {
        books.addSku(SKU, 1, 10);
        int lane = laneFor("a");
        SkuBook book = load(SKU);
        store.takeTerm("other");
        assertThatThrownBy(() -> apply(book, List.of(new Assignment(0, 0, "a", lane)), List.of()))
                .isInstanceOf(LeadershipLostException.class)
                .hasMessageContaining("term: 1 (expected: 2");
        assertThatThrownBy(() -> store.assignLane(term, "b", Set.of())).isInstanceOf(LeadershipLostException.class);
        assertThat(load(SKU).partitions()).isEmpty();
    }

    @Test
    void aLaneIsGivenAgainOnlyWhenAllItsEpochsAreFencedAndItsOwnerIsGone() {
        store = new SqlAllocationStore(books.database(), IdWindow.DEFAULT);
        books.addSku(SKU, 1, 10);
        int lane = laneFor("a");
        assertThat(laneFor("a")).isEqualTo(lane);
        apply(load(SKU), List.of(new Assignment(0, 0, "a", lane)), List.of());
        for (String node : List.of("b", "c", "d")) {
            assertThat(laneFor(node, "a", "b", "c", "d")).isNotEqualTo(lane);
        }

        assertThat(store.assignLane(term, "e", Set.of("b", "c", "d", "e"))).isEmpty();

        books.update("update partition_epoch set fenced = true");
        assertThat(store.assignLane(term, "e", Set.of("a", "b", "c", "d", "e"))).isEmpty();
        assertThat(laneFor("e", "b", "c", "d", "e")).isEqualTo(lane);
    }

    @Test
    void aLaneWithAnAlarmIsNotGiven() {
        books.update("update lane set alarm = 'lost its tail' where lane < 3");
        assertThat(laneFor("a")).isEqualTo(3);
    }

    @Test
    void aTakeoverReadsTotalsEarlierEpochsAndPositionsOfOneMoment() {
        books.addSku(SKU, 2, 100);
        int first = laneFor("a");
        int second = laneFor("b", "a", "b");
        apply(
                load(SKU),
                List.of(new Assignment(0, 0, "a", first), new Assignment(1, 0, "b", second)),
                List.of(grant(0, 1, 50), grant(1, 1, 20)));
        books.update("update partition_epoch set seq = 7, fenced = true where slot = 0");
        books.update("update `partition` set consumed = 10, returned = 5 where slot = 0");
        books.update("update sku set pool = pool - 15, inventory = inventory + 5, actual = actual - 10, sold = 10");
        apply(load(SKU), List.of(new Assignment(0, 1, "b", second)), List.of());
        apply(load(SKU), List.of(new Assignment(0, 2, "a", first)), List.of());
        books.update("update lane set settled = 40, ids = 2500000 where lane = ?", first);
        books.update("update lane set settled = 9 where lane = ?", second);
        // The newest mark with enough ids behind it, or old enough.
        books.update(
                "insert into lane_mark (lane, position, ids, marked) values (?, 10, 100, utc_timestamp(3)),"
                        + " (?, 20, 500000, utc_timestamp(3)), (?, 30, 500001, utc_timestamp(3)),"
                        + " (?, 3, 1, utc_timestamp(3) - interval 11 minute), (?, 4, 2, utc_timestamp(3))",
                first,
                first,
                first,
                second,
                second);

        TakeoverSnapshot snapshot = store.snapshot(List.of(SKU));

        assertThat(snapshot.partitions()).hasSize(2);
        TakeoverSnapshot.History history = snapshot.partitions().get(0);
        assertThat(history.partition()).isEqualTo(new PartitionId(SKU, 0));
        assertThat(history.book()).isEqualTo(new PartitionBook(0, 3, "a", first, 50, 10, 5));
        assertThat(history.earlier())
                .containsExactly(
                        new TakeoverSnapshot.Earlier(2, second, 0, false, 0, 0),
                        new TakeoverSnapshot.Earlier(1, first, 7, true, 0, 0));
        assertThat(snapshot.partitions().get(1).earlier()).isEmpty();
        assertThat(snapshot.lanes().get(first)).satisfies(stand -> {
            assertThat(stand.settled()).isEqualTo(40);
            assertThat(stand.window()).isEqualTo(20);
            assertThat(stand.windowAgeMillis()).isBetween(0L, 10_000L);
        });
        assertThat(snapshot.lanes().get(second)).satisfies(stand -> {
            assertThat(stand.settled()).isEqualTo(9);
            assertThat(stand.window()).isEqualTo(3);
            assertThat(stand.windowAgeMillis()).isBetween(660_000L, 670_000L);
        });
    }

    @Test
    void aHaltedPartitionIsSeenByWhoGivesItOutAndByWhoTakesItOver() {
        books.addSku(SKU, 2, 100);
        int lane = laneFor("a");
        apply(
                load(SKU),
                List.of(new Assignment(0, 0, "a", lane), new Assignment(1, 0, "a", lane)),
                List.of(grant(0, 1, 50), grant(1, 1, 20)));
        books.update("update `partition` set halted = true where slot = 0");

        SkuBook book = load(SKU);
        assertThat(book.partitions()).extracting(PartitionBook::halted).containsExactly(true, false);
        SkuBook.Changed changed = apply(book, List.of(new Assignment(0, 1, "a", lane)), List.of(grant(0, 2, 5)));
        assertThat(changed.grants()).isEmpty();
        assertThat(load(SKU)).isEqualTo(changed.book());
        assertThat(store.snapshot(List.of(SKU)).partitions())
                .extracting(history -> history.book().halted())
                .containsExactly(true, false);
    }

    @Test
    void grantsMadeSideBySideNeverGiveMoreThanThereIs() {
        books.addSku(SKU, 4, 1_000);
        int lane = laneFor("a");
        SkuBook book = load(SKU);
        apply(
                book,
                IntStream.range(0, 4)
                        .mapToObj(slot -> new Assignment(slot, 0, "a", lane))
                        .toList(),
                List.of());
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int slot = i % 4;
                all.add(CompletableFuture.runAsync(() -> apply(book, List.of(), List.of(grant(slot, 1, 37))), threads));
            }
            all.forEach(CompletableFuture::join);
        } finally {
            threads.shutdownNow();
        }
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(0, 1_000, 1_000, 1_000, 0, 0));
        assertThat(books.number("select sum(granted) from `partition`")).isEqualTo(1_000);
        assertThat(books.number("select sum(units) from allocation")).isEqualTo(1_000);
    }

    @Test
    void manySkusArePagedInTheOrderOfTheirIds() {
        for (int i = 0; i < 25; i++) {
            books.addSku(new Sku("p" + i), 1, i);
        }
        List<SkuBook> all = new ArrayList<>();
        OptionalInt last = OptionalInt.of(0);
        while (last.isPresent()) {
            AllocationStore.Page page = store.page(last.getAsInt(), 10);
            all.addAll(page.books());
            last = page.lastId();
        }
        assertThat(all).extracting(SkuBook::inventory).hasSize(25).isSorted();
        assertThat(store.load(List.of(new Sku("p3"), new Sku("none"), new Sku("p1"))))
                .extracting(book -> book.sku().code())
                .containsExactly("p1", "p3");
    }
}
