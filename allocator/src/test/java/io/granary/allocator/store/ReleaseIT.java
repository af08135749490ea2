// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.LaneChange;
import io.granary.allocator.settlement.LedgerRow;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.allocator.stock.ReadUpdate;
import io.granary.allocator.stock.StockUpdateStore.Outcome;
import io.granary.allocator.stock.UpdateBatch;
import io.granary.allocator.store.Books.SkuFigures;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdate.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deductions that are released or confirmed, before and after they have settled. */
final class ReleaseIT {
    private static final Sku SKU = new Sku("released");
    private static final PartitionId PARTITION = new PartitionId(SKU, 0);
    private static final RequestId A = RequestId.of("a");

    private final Books books = Books.open();
    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private final SqlStockUpdateStore updates =
            new SqlStockUpdateStore(books.database().transactions(), executor, 1);
    private final SqlSettlementStore settlement = new SqlSettlementStore(
            books.database().transactions(), executor, new IdWindow(Duration.ofHours(1), 100, 10, Duration.ofHours(1)));
    private int skuId;
    private long position;
    private long settled;

    @BeforeEach
    void seed() {
        books.addSku(SKU, 1, 100_000);
        books.own(PARTITION, 1, "node", 0);
        books.grant(PARTITION, 50_000);
        books.update("insert into lane (lane) values (0)");
        skuId = books.skuId(SKU);
        updates.position(0).join();
    }

    @AfterEach
    void close() {
        executor.shutdown();
        try {
            assertThat(new Reconcile(books.database()).check()).isEmpty();
        } finally {
            books.close();
        }
    }

    private static StockUpdate release(String id, RequestId request) {
        return new StockUpdate(id, Kind.RELEASE, SKU, request);
    }

    private static StockUpdate confirm(String id, RequestId request) {
        return new StockUpdate(id, Kind.CONFIRM, SKU, request);
    }

    private Outcome apply(StockUpdate... some) {
        List<ReadUpdate> read = new ArrayList<>();
        for (StockUpdate update : some) {
            read.add(new ReadUpdate.Valid(update, update.hashCode()));
        }
        UpdateBatch batch = new UpdateBatch(0, position, read, Map.of());
        Outcome outcome = updates.apply(0, batch).join();
        if (outcome instanceof Outcome.Applied) {
            position = batch.to();
        }
        return outcome;
    }

    private void settle(int quantity, List<RequestId> requests) {
        settle(quantity, requests, List.of());
    }

    private void settle(int quantity, List<RequestId> requests, List<RequestId> repeats) {
        long units = (long) quantity * (requests.size() + repeats.size());
        LaneChange change = new LaneChange(
                0,
                settled,
                settled + 1,
                1,
                requests.size(),
                rows(quantity, requests),
                rows(quantity, repeats),
                List.of(),
                List.of(),
                List.of(new LaneChange.OfPartition(skuId, 0, units, 0)),
                List.of(new LaneChange.OfSku(SKU, skuId, units, 0)),
                new LaneChange.Skipped(0, 0, 0));
        assertThat(settlement.apply(change, null).join()).isInstanceOf(SettlementStore.Outcome.Applied.class);
        settled++;
    }

    private List<LedgerRow> rows(int quantity, List<RequestId> requests) {
        return requests.stream()
                .map(id -> new LedgerRow(
                        skuId, id.high(), id.low(), quantity, new LedgerRow.Origin(0, 1, 1_700_000_000_000L)))
                .sorted(LedgerRow.KEY_ORDER)
                .toList();
    }

    private static List<RequestId> ids(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> RequestId.of(prefix + i)).toList();
    }

    private long state(RequestId request) {
        return books.number("select state from deduction where request_id = ?", (Object) request.toBytes());
    }

    private long marks() {
        return books.number("select count(*) from deduction_mark");
    }

    @Test
    void aReleasedDeductionGoesBackToTheInventoryOnce() {
        settle(7, List.of(A));
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(50_000, 49_993, 99_993, 100_000, 7, 0));
        assertThat(apply(release("r1", A))).isInstanceOf(Outcome.Applied.class);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(50_007, 49_993, 100_000, 100_000, 0, 0));
        assertThat(state(A)).isEqualTo(2);

        assertThat(apply(release("r1", A))).isEqualTo(new Outcome.Applied(0, 1, Set.of()));
        assertThat(apply(release("r2", A))).isEqualTo(new Outcome.Applied(1, 0, Set.of()));
        assertThat(books.figures(SKU).inventory()).isEqualTo(50_007);
        assertThat(books.texts("select hex(request_id) from stock_update where update_id = 'r1'"))
                .containsExactly(A.toString().toUpperCase(Locale.ROOT));
    }

    /** 600 rows go in by LOAD DATA, 10 by INSERT. */
    @ParameterizedTest
    @ValueSource(ints = {10, 600})
    void aReleaseThatComesBeforeItsDeductionReversesItWhenItComes(int count) {
        List<RequestId> ids = ids("early", count);
        apply(release("r1", ids.get(1)), release("r2", ids.get(count - 1)), confirm("c", ids.get(2)));
        assertThat(marks()).isEqualTo(3);
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(50_000, 50_000, 100_000, 100_000, 0, 0));

        settle(3, ids);
        assertThat(marks()).isZero();
        assertThat(List.of(state(ids.get(0)), state(ids.get(1)), state(ids.get(2)), state(ids.get(count - 1))))
                .containsExactly(1L, 2L, 3L, 2L);
        long sold = 3L * (count - 2);
        assertThat(books.figures(SKU))
                .isEqualTo(new SkuFigures(50_006, 50_000 - 3L * count, 100_000 - sold, 100_000, sold, 0));
    }

    @Test
    void aReleasedDeductionThatComesAgainIsNotSoldAgain() {
        apply(release("r", A));
        settle(5, List.of(A), List.of(A));
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(50_010, 49_990, 100_000, 100_000, 0, 0));
        settle(5, List.of(A));
        assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(50_015, 49_985, 100_000, 100_000, 0, 0));
        assertThat(state(A)).isEqualTo(2);
    }

    @Test
    void whatIsConfirmedCantBeReleasedNorTheOtherWayRound() {
        RequestId b = RequestId.of("b");
        RequestId late = RequestId.of("late");
        settle(5, List.of(A, b));
        apply(confirm("c1", A), release("r1", b), confirm("c2", late));
        Map<Integer, String> reasons =
                ((Outcome.Dead) apply(release("r2", A), confirm("c3", b), release("r3", late))).reasons();
        assertThat(reasons)
                .isEqualTo(Map.of(
                        0, "requestId: '" + A + "' of released (expected: one that is not confirmed already)",
                        1, "requestId: '" + b + "' of released (expected: one that is not released already)",
                        2, "requestId: '" + late + "' of released (expected: one that is not confirmed already)"));
        assertThat(apply(confirm("c4", A))).isInstanceOf(Outcome.Applied.class);
        assertThat(List.of(state(A), state(b))).containsExactly(3L, 2L);
        assertThat(books.figures(SKU).sold()).isEqualTo(5);
    }

    @Test
    void inOneBatchTheFirstDecides() {
        settle(5, List.of(A));
        assertThat(((Outcome.Dead) apply(confirm("c", A), release("r", A))).reasons())
                .containsOnlyKeys(1);
        assertThat(state(A)).isEqualTo(1);
        apply(release("r1", A), release("r2", A));
        assertThat(books.figures(SKU).inventory()).isEqualTo(50_005);
    }

    @Test
    void nothingIsLeftOfARefusedBatch() {
        assertThat(apply(release("r", A), confirm("c", A))).isInstanceOf(Outcome.Dead.class);
        assertThat(marks()).isZero();
    }

    @Test
    void aSkuThatNobodyKnowsHasNoDeductions() {
        StockUpdate stranger = new StockUpdate("r", Kind.RELEASE, new Sku("stranger"), A);
        assertThat(((Outcome.Dead) apply(stranger)).reasons())
                .isEqualTo(Map.of(0, "sku: 'stranger' (expected: one that was restocked before)"));
    }

    @Test
    void manyMarksAreLookedUp() {
        for (int batch = 0; batch < 3; batch++) {
            List<RequestId> never = ids("never-" + batch + "-", 1_000);
            apply(IntStream.range(0, 1_000)
                    .mapToObj(i -> release("x" + never.get(i), never.get(i)))
                    .toArray(StockUpdate[]::new));
        }
        apply(release("r", A));
        List<RequestId> ids = new ArrayList<>(ids("other", 700));
        ids.add(A);
        settle(1, ids);
        assertThat(state(A)).isEqualTo(2);
        assertThat(marks()).isEqualTo(3_000);
    }

    @Test
    void noOtherStateIsAllowed() {
        settle(1, List.of(A));
        assertThatThrownBy(() -> books.update("update deduction set state = 4"))
                .hasMessageContaining("deduction_state");
    }

    @Test
    void aMarkBesideItsDeductionIsDrift() {
        settle(1, List.of(A));
        books.update(
                "insert into deduction_mark (sku_id, request_id, state, update_id) values (?, ?, 2, 'x')",
                skuId,
                A.toBytes());
        assertThat(new Reconcile(books.database()).check())
                .containsExactly(new Drift(SKU, "marks of deductions in the ledger = 0", 1, 0));
        books.update("delete from deduction_mark");
    }

    /** Both at once: whichever is first, the release holds. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aReleaseAndItsDeductionMayMeet(long seed) {
        Random random = new Random(seed);
        List<RequestId> ids = ids("seed" + seed + "-", 1_200);
        List<RequestId> released = new ArrayList<>(ids.subList(0, 600));
        Collections.shuffle(released, random);
        CompletableFuture<Void> releasing = CompletableFuture.runAsync(() -> {
            for (int from = 0; from < released.size(); from += 20) {
                apply(released.subList(from, from + 20).stream()
                        .map(id -> release("r" + id, id))
                        .toArray(StockUpdate[]::new));
            }
        });
        List<RequestId> order = new ArrayList<>(ids);
        Collections.shuffle(order, random);
        for (int from = 0; from < order.size(); from += 40) {
            settle(2, order.subList(from, from + 40));
        }
        releasing.join();
        assertThat(marks()).as("seed %s", seed).isZero();
        assertThat(books.number("select count(*) from deduction where state = 2"))
                .as("seed %s", seed)
                .isEqualTo(600);
        assertThat(books.figures(SKU))
                .as("seed %s", seed)
                .isEqualTo(new SkuFigures(51_200, 47_600, 98_800, 100_000, 1_200, 0));
    }
}
