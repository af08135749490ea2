// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.RefusedIntentionException.Why;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuIntentions;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.settlement.IdWindow;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators write into the real database. */
class SqlIntentionsIT {
    private static final Sku SKU = new Sku("A/B%C.D");

    private static final LiveNodes NODES = new LiveNodes(Set.of("a", "a_b", "b"), Set.of("a", "a_b", "b"), false);

    private Books books;
    private SqlAllocationStore store;
    private SqlIntentions intentions;

    @BeforeEach
    void open() {
        books = Books.open();
        store = new SqlAllocationStore(books.database(), IdWindow.DEFAULT);
        intentions = new SqlIntentions(books.database());
        books.addSku(SKU, 2, 100);
    }

    @AfterEach
    void close() {
        books.close();
    }

    private static Operator by(String who) {
        return Operator.named(who);
    }

    private long apply(Wish wish) {
        return intentions.apply(wish, NODES, by("ann"));
    }

    private long apply(RebalanceKind kind) {
        return apply(new Wish(kind, SKU, null, kind == RebalanceKind.SLOTS ? 4 : null, null));
    }

    private SkuBook load() {
        return store.load(List.of(SKU)).get(0);
    }

    private static void assertRefused(Why why, String message, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        RefusedIntentionException.class,
                        e -> assertThat(e.why()).isEqualTo(why))
                .hasMessage(message);
    }

    private String reason(long id) {
        return intentions.rebalance(id).reason();
    }

    @Test
    void aRebalanceIsInTheBooksOfItsSkuUntilItIsStopped() {
        long id = apply(RebalanceKind.EVEN);
        Rebalance expected = new Rebalance(id, RebalanceKind.EVEN, RebalanceState.PLANNED, -1, List.of());
        assertThat(load().rebalance()).isEqualTo(expected);
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' has rebalance " + id + " under way (expected: none; wait for it, or stop it)",
                () -> apply(RebalanceKind.GATHER));
        intentions.stop(id, by("bob"));
        assertThat(load().rebalance()).isNull();
        assertThat(reason(id)).isEqualTo("by bob");
        assertRefused(
                Why.CONFLICT,
                "rebalance " + id + " is STOPPED (expected: PLANNED or RUNNING)",
                () -> intentions.stop(id, by("bob")));
        intentions.resume(id, NODES, by("cid"));
        assertThat(load().rebalance()).isEqualTo(expected);
        assertRefused(
                Why.CONFLICT,
                "rebalance " + id + " is PLANNED (expected: STOPPED)",
                () -> intentions.resume(id, NODES, by("a")));
    }

    @Test
    void whatIsOpenIsListedNewestFirst() {
        SqlViews views = new SqlViews(books.database().transactions());
        assertThat(views.openRebalances(10)).isEmpty();
        long even = apply(RebalanceKind.EVEN);
        long drain = apply(Wish.drain("a_b"));

        List<RebalanceView> open = views.openRebalances(10);
        assertThat(open).extracting(RebalanceView::id).containsExactly(drain, even);
        assertThat(open.get(0).partitionsLeft()).isZero();
        assertThat(open.get(1).sku()).isEqualTo(SKU.code());
        assertThat(open.get(1).state()).isEqualTo(RebalanceState.PLANNED);
        assertThat(views.openRebalances(1)).hasSize(1);

        intentions.stop(even, by("bob"));
        intentions.undrain("a_b", by("bob"));
        assertThat(views.openRebalances(10)).isEmpty();
    }

    @Test
    void moreSlotsAreWrittenWithTheRebalance() {
        apply(RebalanceKind.SLOTS);
        assertThat(load().slots()).isEqualTo(4);
    }

    @Test
    void homeFreezesAndAFreezeStopsWhatRuns() {
        long even = apply(RebalanceKind.EVEN);
        long freeze = apply(RebalanceKind.FREEZE);
        assertThat(intentions.rebalance(freeze).state()).isEqualTo(RebalanceState.DONE);
        assertThat(intentions.rebalance(even).state()).isEqualTo(RebalanceState.STOPPED);
        assertThat(reason(even)).isEqualTo("the SKU was frozen by ann");
        assertThat(load().frozen()).isTrue();
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' is frozen (expected: one that is not; unfreeze it first)",
                () -> apply(RebalanceKind.EVEN));
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' is frozen (expected: one that is not; unfreeze it first)",
                () -> intentions.resume(even, NODES, by("ann")));

        long home = apply(RebalanceKind.HOME);
        assertThat(reason(apply(RebalanceKind.FREEZE))).isEqualTo("it was frozen before");
        assertThat(load().mayRebalance()).isTrue();
        apply(RebalanceKind.UNFREEZE);
        assertThat(load().frozen()).isFalse();
        assertThat(reason(home)).isEqualTo("the SKU was unfrozen by ann");
        intentions.resume(home, NODES, by("ann"));
        assertThat(load().frozen()).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertRefused(
                Why.INVALID,
                "slots: 0 (expected: 1 to 1024)",
                () -> apply(new Wish(RebalanceKind.SLOTS, SKU, null, 0, null)));
        assertRefused(
                Why.INVALID,
                "slot: 2 (expected: 0 to 1)",
                () -> apply(new Wish(RebalanceKind.GATHER, SKU, null, null, 2)));
        assertRefused(
                Why.INVALID,
                "node: none (expected: one, for drain)",
                () -> apply(new Wish(RebalanceKind.DRAIN, null, null, null, null)));
        Sku nobody = new Sku("nobody");
        assertRefused(
                Why.UNKNOWN,
                "sku: 'nobody' (expected: one that was restocked before)",
                () -> apply(new Wish(RebalanceKind.EVEN, nobody, null, null, null)));
        assertRefused(
                Why.UNKNOWN, "rebalance: 99 (expected: one that was applied)", () -> intentions.stop(99, by("ann")));
    }

    @Test
    void aDrainIsDoneWhenNoIncarnationOfTheNodeOwnsAnything() {
        long term = store.takeTerm("test");
        store.ensureLanes(2);
        books.own(new PartitionId(SKU, 0), 1, "a_b-0f", 0);
        books.own(new PartitionId(SKU, 1), 1, "a_b-c-0f", 1);
        long id = apply(Wish.drain("a_b"));
        assertThat(intentions.rebalance(id).partitions()).isEqualTo(1);
        assertThat(intentions.ownedPartitions("axb")).isZero();
        assertThat(store.drains(term).nodes()).containsExactly("a_b");
        assertThat(store.drains(term).openDrains()).isEqualTo(1);
        assertRefused(
                Why.CONFLICT,
                "node: 'a_b' is being drained by rebalance " + id + " (expected: one that is not)",
                () -> apply(Wish.drain("a_b")));

        books.update("update `partition` set node = 'b-0f' where slot = 0");
        assertThat(store.drains(term).openDrains()).isZero();
        assertThat(intentions.rebalance(id).state()).isEqualTo(RebalanceState.DONE);
        assertThat(intentions.drains())
                .singleElement()
                .satisfies(drain -> assertThat(drain.who()).isEqualTo("ann"));
        intentions.undrain("a_b", by("bob"));
        assertThat(store.drains(term).nodes()).isEmpty();
        assertRefused(
                Why.CONFLICT,
                "node: 'a_b' is not drained (expected: one that is)",
                () -> intentions.undrain("a_b", by("bob")));
    }

    @Test
    void theLastNodeThatCanHavePartitionsIsNotDrained() {
        assertRefused(
                Why.UNKNOWN,
                "node: 'x' (expected: one that lives, by its configured name)",
                () -> apply(Wish.drain("x")));
        apply(Wish.drain("a"));
        long stopped = apply(Wish.drain("b"));
        String last = "node: 'a_b' (expected: one beside which another is ready and not drained)";
        assertRefused(Why.CONFLICT, last, () -> apply(Wish.drain("a_b")));
        assertThat(intentions.obstacle(Wish.drain("a_b"), NODES)).contains(last);
        assertThat(intentions.drains()).extracting(IntentionStore.Drained::node).containsExactly("a", "b");

        intentions.stop(stopped, by("bob"));
        assertThat(intentions.obstacle(Wish.drain("a_b"), NODES)).isEmpty();
        apply(Wish.drain("a_b"));
        assertRefused(
                Why.CONFLICT,
                "node: 'b' (expected: one beside which another is ready and not drained)",
                () -> intentions.resume(stopped, NODES, by("bob")));
        assertThat(intentions.drains()).extracting(IntentionStore.Drained::node).containsExactly("a", "a_b");
    }

    @Test
    void ofTwoWhoDrainTheLastTwoNodesAtOnceOneIsRefused() throws Exception {
        LiveNodes two = new LiveNodes(Set.of("a", "b"), Set.of("a", "b"), false);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 10; round++) {
                CyclicBarrier start = new CyclicBarrier(2);
                List<Future<Boolean>> drained = new ArrayList<>();
                for (String node : List.of("a", "b")) {
                    drained.add(threads.submit(() -> {
                        start.await();
                        try {
                            intentions.apply(Wish.drain(node), two, by("ann"));
                            return true;
                        } catch (RefusedIntentionException e) {
                            return false;
                        }
                    }));
                }
                assertThat(List.of(drained.get(0).get(), drained.get(1).get())).containsExactlyInAnyOrder(true, false);
                intentions.undrain(intentions.drains().get(0).node(), by("ann"));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void stoppingADrainLetsTheNodeGetPartitionsAgain() {
        long term = store.takeTerm("test");
        books.own(new PartitionId(SKU, 0), 1, "a-0f", 0);
        long id = apply(Wish.drain("a"));
        intentions.stop(id, by("bob"));
        assertThat(store.drains(term).nodes()).isEmpty();
        intentions.resume(id, NODES, by("bob"));
        assertThat(store.drains(term).nodes()).containsExactly("a");
        intentions.undrain("a", by("bob"));
        assertThat(intentions.rebalance(id).state()).isEqualTo(RebalanceState.STOPPED);
        assertThat(reason(id)).isEqualTo("undrained by bob");
    }

    @Test
    void aPlanIsKeptAndCanBeTakenBack() {
        SkuPlan plan = new SkuPlan(1_000L, Duration.ofSeconds(3), 50L, 2_000L, 40);
        intentions.plan(SKU, plan, by("ann"));
        assertThat(load().plan()).isEqualTo(plan);
        assertThat(intentions.of(SKU)).isEqualTo(new SkuIntentions(false, null, 2, plan));
        intentions.plan(SKU, SkuPlan.NONE, by("ann"));
        assertThat(load().plan()).isEqualTo(SkuPlan.NONE);
    }

    @Test
    void theNewestComeFirst() {
        long first = apply(RebalanceKind.FREEZE);
        long second = apply(RebalanceKind.UNFREEZE);
        assertThat(intentions.rebalances(SKU, 10)).extracting(RebalanceView::id).containsExactly(second, first);
        assertThat(intentions.rebalances(null, 1)).extracting(RebalanceView::id).containsExactly(second);
    }
}
