// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskKind;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.schedule.Timing;
import io.granary.allocator.schedule.Told;
import io.granary.allocator.settlement.IdWindow;
import io.granary.api.AllocationView;
import io.granary.api.OperationKind;
import io.granary.api.OperationView;
import io.granary.api.RebalanceKind;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators do, in the real database: once for its key, and noted. */
class SqlOperationsIT {
    private static final Sku SKU = new Sku("A/B%C.D");
    private static final int AT_ONCE = 6;

    private Books books;
    private SqlOperations operations;
    private SqlOperatorGrants grants;
    private SqlSkus skus;
    private SqlIntentions intentions;
    private SqlTaskStore tasks;

    @BeforeEach
    void open() {
        books = Books.open();
        TransactionRunner transactions = books.database().transactions();
        operations = new SqlOperations(transactions);
        grants = new SqlOperatorGrants(transactions);
        skus = new SqlSkus(transactions);
        intentions = new SqlIntentions(books.database());
        tasks = new SqlTaskStore(transactions, 10);
        books.addSku(SKU, 2, 1_000);
        books.own(new PartitionId(SKU, 0), 1, "node-1", 0);
        books.own(new PartitionId(SKU, 1), 1, "node-1", 0);
        books.update("update leader_term set term = 1");
    }

    @AfterEach
    void close() {
        try {
            assertThat(new Reconcile(books.database()).check()).isEmpty();
        } finally {
            books.close();
        }
    }

    private static Operator ann(String key) {
        return new Operator("ann", key);
    }

    private AllocationView allocate(long term, long units, Operator by) {
        return grants.carryOut(term, OperatorGrant.of(SKU, units, OptionalInt.empty(), by));
    }

    private long inventory() {
        return books.figures(SKU).inventory();
    }

    private List<OperationView> history() {
        return operations.latest(SKU, Long.MAX_VALUE, 100);
    }

    private static void assertUsed(ThrowingCallable what, String message) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        RefusedIntentionException.class,
                        e -> assertThat(e.why()).isEqualTo(RefusedIntentionException.Why.CONFLICT))
                .hasMessage(message);
    }

    @Test
    void unitsAreMovedOnceForAKey() {
        AllocationView first = allocate(1, 400, ann("k1"));
        assertThat(first.units()).isEqualTo(400);
        assertThat(first.inventory()).isEqualTo(600);

        // Whoever sends it, and whatever has happened since.
        allocate(1, 100, ann("k2"));
        assertThat(allocate(1, 400, new Operator("bob", "k1"))).isEqualTo(first);
        assertThat(inventory()).isEqualTo(500);
        allocate(1, 100, Operator.named("ann"));
        allocate(1, 100, Operator.named("ann"));
        assertThat(inventory()).isEqualTo(300);

        assertUsed(
                () -> allocate(1, 401, ann("k1")),
                "Idempotency-Key: 'k1' (expected: another one; it was used for ALLOCATE of A/B%C.D, 400 units)");
        assertUsed(
                () -> skus.setPaused(SKU, true, ann("k1")),
                "Idempotency-Key: 'k1' (expected: another one; it was used for ALLOCATE of A/B%C.D, 400 units)");
        assertThat(inventory()).isEqualTo(300);
    }

    @Test
    void ofManyAtOnceOneMovesThem() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            CyclicBarrier together = new CyclicBarrier(AT_ONCE);
            List<CompletableFuture<AllocationView>> answers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                together.await();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                            return allocate(1, 400, ann("k1"));
                        },
                        threads));
            }
            assertThat(answers.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        } finally {
            threads.shutdown();
        }
        assertThat(inventory()).isEqualTo(600);
        assertThat(books.number("select count(*) from operation")).isEqualTo(1);
    }

    @Test
    void whatWasRefusedWasNotDone() {
        assertThatThrownBy(() -> allocate(1, 1_001, ann("k1"))).isInstanceOf(GrantRefusedException.class);
        assertThatThrownBy(() -> allocate(0, 10, ann("k1"))).isInstanceOf(LeadershipLostException.class);
        assertThat(history()).isEmpty();
        assertThat(allocate(1, 10, ann("k1")).inventory()).isEqualTo(990);
    }

    @Test
    void aRequestThatComesAgainDoesNotUndoWhatCameBetween() {
        skus.setPaused(SKU, true, ann("pause"));
        skus.setPaused(SKU, false, ann("resume"));
        assertThat(skus.setPaused(SKU, true, ann("pause")).orElseThrow().state().name())
                .isEqualTo("SELLING");

        Wish even = Wish.of(RebalanceKind.EVEN, SKU);
        long id = intentions.apply(even, LiveNodes.UNSEEN, ann("even"));
        assertThat(intentions.apply(even, LiveNodes.UNSEEN, ann("even"))).isEqualTo(id);
        intentions.stop(id, ann("stop"));
        intentions.stop(id, ann("stop"));
        assertThat(intentions.apply(even, LiveNodes.UNSEEN, ann("even-2"))).isGreaterThan(id);

        Wish drain = Wish.drain("node");
        LiveNodes nodes = Told.nodes("node", "other");
        assertThat(intentions.apply(drain, nodes, ann("drain")))
                .isEqualTo(intentions.apply(drain, nodes, ann("drain")));
        intentions.undrain("node", ann("undrain"));
        intentions.undrain("node", ann("undrain"));
    }

    @Test
    void whoDidWhatIsToldTheNewestFirst() {
        Sku made = new Sku("made");
        skus.create(made, 3, true, ann("c"));
        skus.create(made, 3, true, ann("d"));
        operations.noteStock(new StockUpdate("delivery-1", StockUpdate.Kind.RESTOCK, made, 50), ann("r"));
        operations.noteStock(new StockUpdate("delivery-1", StockUpdate.Kind.RESTOCK, made, 50), ann("r"));
        intentions.plan(made, new SkuPlan(10L, Duration.ofSeconds(1), 5L, 40L, 50), ann("p"));
        long frozen = intentions.apply(Wish.of(RebalanceKind.FREEZE, made), LiveNodes.UNSEEN, ann("f"));

        assertThat(operations.latest(made, Long.MAX_VALUE, 100))
                .extracting(
                        OperationView::kind,
                        OperationView::who,
                        OperationView::subject,
                        OperationView::units,
                        OperationView::what,
                        OperationView::rebalance,
                        OperationView::outcome)
                .containsExactly(
                        Tuple.tuple(OperationKind.FREEZE, "ann", null, null, "", frozen, "DONE"),
                        Tuple.tuple(
                                OperationKind.PLAN,
                                "ann",
                                null,
                                null,
                                "first 10 units, horizon 1000 ms, low watermark 5 units, ceiling 40 units, ceiling 50 %",
                                null,
                                "DONE"),
                        Tuple.tuple(OperationKind.RESTOCK, "ann", "delivery-1", 50L, "", null, "PENDING"),
                        Tuple.tuple(OperationKind.CREATE, "ann", null, null, "3 slots, paused", null, "DONE"));
        books.update(
                "insert into stock_update (update_id, print, outcome, reason) values (?, 0, 'DEAD', 'why')",
                "delivery-1");
        OperationView restock = operations.latest(made, Long.MAX_VALUE, 100).get(2);
        assertThat(restock.outcome()).isEqualTo("DEAD");
        assertThat(restock.reason()).isEqualTo("why");
    }

    @Test
    void itIsReadInPages() {
        for (int i = 0; i < 5; i++) {
            skus.setPaused(SKU, i % 2 == 0, Operator.named("ann " + i));
        }
        skus.setPaused(new Sku("nobody"), true, Operator.named("ann"));
        List<OperationView> first = operations.latest(SKU, Long.MAX_VALUE, 3);
        assertThat(first).extracting(OperationView::who).containsExactly("ann 4", "ann 3", "ann 2");
        assertThat(operations.latest(null, first.get(2).number(), 3))
                .extracting(OperationView::who)
                .containsExactly("ann 1", "ann 0");
    }

    @Test
    void tasksAndWhatTheyDoAreTold() {
        TaskDefinition topUp = new TaskDefinition(
                "top",
                TaskKind.TOP_UP,
                SKU,
                300,
                Duration.ZERO,
                null,
                new Timing.Every(Duration.ofHours(1), tasks.now()));
        assertThat(tasks.create(topUp, ann("c"))).isEqualTo(TaskStore.Created.CREATED);
        assertThat(tasks.create(topUp, ann("c"))).isEqualTo(TaskStore.Created.CREATED);
        assertThat(tasks.create(topUp, ann("d"))).isEqualTo(TaskStore.Created.NAME_TAKEN);
        tasks.pause("top", ann("p"));
        tasks.resume("top", ann("r"));
        tasks.pause("top", ann("p"));
        assertThat(tasks.task("top").orElseThrow().standing().paused()).isFalse();
        tasks.ask("top", ann("a"));
        tasks.run(1, "top", "allocator", Told.NOTHING_SPECIAL);
        // Asked once: the same request does not have it run again.
        tasks.ask("top", ann("a"));
        tasks.run(1, "top", "allocator", Told.NOTHING_SPECIAL);
        tasks.delete("top", ann("x"));
        tasks.delete("top", ann("x"));

        assertThat(history())
                .extracting(OperationView::kind, OperationView::who, OperationView::subject, OperationView::units)
                .containsExactly(
                        Tuple.tuple(OperationKind.DELETE_TASK, "ann", "top", null),
                        Tuple.tuple(OperationKind.ALLOCATE, "task top", null, 300L),
                        Tuple.tuple(OperationKind.RUN_TASK, "ann", "top", null),
                        Tuple.tuple(OperationKind.RESUME_TASK, "ann", "top", null),
                        Tuple.tuple(OperationKind.PAUSE_TASK, "ann", "top", null),
                        Tuple.tuple(OperationKind.CREATE_TASK, "ann", "top", null));
        assertThat(history().get(5).what()).isEqualTo("TOP_UP to 300 units every 3600 s");
    }

    @Test
    void whatIsOldIsForgottenButNotWhatIsUnderWay() {
        long stopped = intentions.apply(Wish.of(RebalanceKind.EVEN, SKU), LiveNodes.UNSEEN, ann("1"));
        intentions.stop(stopped, ann("2"));
        long open = intentions.apply(Wish.of(RebalanceKind.GATHER, SKU), LiveNodes.UNSEEN, ann("3"));
        for (long id : List.of(stopped, open)) {
            books.update("insert into rebalance_move (rebalance_id, number, units, why) values (?, 0, 1, '')", id);
        }
        books.update("update operation set done = utc_timestamp() - interval 3601 second where request_key <> '2'");
        books.update("update rebalance set changed = utc_timestamp() - interval 3601 second");

        Retention retention = Retention.start(
                "test",
                books.database().transactions(),
                IdWindow.DEFAULT,
                new RetentionSettings(Duration.ofHours(1), Duration.ofDays(1)),
                () -> true);
        retention.forget();
        retention.close();

        assertThat(books.texts("select request_key from operation")).containsExactly("2");
        assertThat(books.numbers("select id from rebalance")).containsExactly(open);
        assertThat(books.numbers("select rebalance_id from rebalance_move")).containsExactly(open);
        assertThatThrownBy(() -> intentions.resume(stopped, LiveNodes.UNSEEN, ann("4")))
                .hasMessage("rebalance: " + stopped + " (expected: one that was applied)");
    }
}
