// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.Rebalance.Kind;
import io.granary.allocator.allocation.Rebalance.State;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.store.RefusedIntentionException.Why;
import io.granary.api.RebalanceView;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators write into the real database. */
class SqlIntentionsIT {
    private static final Sku SKU = new Sku("A/B%C.D");

    private Books books;
    private SqlAllocationStore store;
    private SqlIntentions intentions;

    @BeforeEach
    void open() {
        books = Books.open(List.of(AllocationMapper.class));
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

    private long apply(Kind kind) {
        return intentions.apply(new SqlIntentions.Wish(kind, SKU, null, kind == Kind.SLOTS ? 4 : null), by("ann"));
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
        long id = apply(Kind.EVEN);
        Rebalance expected = new Rebalance(id, Kind.EVEN, State.PLANNED, -1, List.of());
        assertThat(load().rebalance()).isEqualTo(expected);
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' has rebalance " + id + " under way (expected: none; wait for it, or stop it)",
                () -> apply(Kind.GATHER));
        intentions.stop(id, by("bob"));
        assertThat(load().rebalance()).isNull();
        assertThat(reason(id)).isEqualTo("by bob");
        assertRefused(
                Why.CONFLICT,
                "rebalance " + id + " is STOPPED (expected: PLANNED or RUNNING)",
                () -> intentions.stop(id, by("bob")));
        intentions.resume(id, by("cid"));
        assertThat(load().rebalance()).isEqualTo(expected);
        assertRefused(
                Why.CONFLICT,
                "rebalance " + id + " is PLANNED (expected: STOPPED)",
                () -> intentions.resume(id, by("a")));
    }

    @Test
    void whatIsOpenIsListedNewestFirst() {
        SqlViews views = new SqlViews(books.database().transactions());
        assertThat(views.openRebalances(10)).isEmpty();
        long even = apply(Kind.EVEN);
        long drain = intentions.apply(new SqlIntentions.Wish(Kind.DRAIN, null, "a_b", null), by("bob"));

        List<RebalanceView> open = views.openRebalances(10);
        assertThat(open).extracting(RebalanceView::id).containsExactly(drain, even);
        assertThat(open.get(0).partitionsLeft()).isZero();
        assertThat(open.get(1).sku()).isEqualTo(SKU.code());
        assertThat(open.get(1).state()).isEqualTo(RebalanceView.State.PLANNED);
        assertThat(views.openRebalances(1)).hasSize(1);

        intentions.stop(even, by("bob"));
        intentions.undrain("a_b", by("bob"));
        assertThat(views.openRebalances(10)).isEmpty();
    }

    @Test
    void moreSlotsAreWrittenWithTheRebalance() {
        apply(Kind.SLOTS);
        assertThat(load().slots()).isEqualTo(4);
    }

    @Test
    void homeFreezesAndAFreezeStopsWhatRuns() {
        long even = apply(Kind.EVEN);
        long freeze = apply(Kind.FREEZE);
        assertThat(intentions.rebalance(freeze).state()).isEqualTo("DONE");
        assertThat(intentions.rebalance(even).state()).isEqualTo("STOPPED");
        assertThat(reason(even)).isEqualTo("the SKU was frozen by ann");
        assertThat(load().frozen()).isTrue();
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' is frozen (expected: one that is not; unfreeze it first)",
                () -> apply(Kind.EVEN));
        assertRefused(
                Why.CONFLICT,
                "sku: 'A/B%C.D' is frozen (expected: one that is not; unfreeze it first)",
                () -> intentions.resume(even, by("ann")));

        long home = apply(Kind.HOME);
        assertThat(reason(apply(Kind.FREEZE))).isEqualTo("it was frozen before");
        assertThat(load().mayRebalance()).isTrue();
        apply(Kind.UNFREEZE);
        assertThat(load().frozen()).isFalse();
        assertThat(reason(home)).isEqualTo("the SKU was unfrozen by ann");
        intentions.resume(home, by("ann"));
        assertThat(load().frozen()).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertRefused(
                Why.INVALID,
                "slots: 0 (expected: 1 to 1024)",
                () -> intentions.apply(new SqlIntentions.Wish(Kind.SLOTS, SKU, null, 0), by("ann")));
        assertRefused(
                Why.INVALID,
                "slot: 2 (expected: 0 to 1)",
                () -> intentions.apply(new SqlIntentions.Wish(Kind.GATHER, SKU, null, 2), by("ann")));
        assertRefused(
                Why.INVALID,
                "node: none (expected: one, for DRAIN)",
                () -> intentions.apply(new SqlIntentions.Wish(Kind.DRAIN, null, null, null), by("ann")));
        Sku nobody = new Sku("nobody");
        assertRefused(
                Why.UNKNOWN,
                "sku: 'nobody' (expected: one that was restocked before)",
                () -> intentions.apply(new SqlIntentions.Wish(Kind.EVEN, nobody, null, null), by("ann")));
        assertRefused(
                Why.UNKNOWN, "rebalance: 99 (expected: one that was applied)", () -> intentions.stop(99, by("ann")));
    }

    @Test
    void aDrainIsDoneWhenNoIncarnationOfTheNodeOwnsAnything() {
        long term = store.takeTerm("test");
        store.ensureLanes(2);
        books.own(new PartitionId(SKU, 0), 1, "a_b-0f", 0);
        books.own(new PartitionId(SKU, 1), 1, "a_b-c-0f", 1);
        long id = intentions.apply(new SqlIntentions.Wish(Kind.DRAIN, null, "a_b", null), by("ann"));
        assertThat(intentions.rebalance(id).partitions()).isEqualTo(1);
        assertThat(intentions.ownedPartitions("axb")).isZero();
        assertThat(store.drains(term).nodes()).containsExactly("a_b");
        assertThat(store.drains(term).openDrains()).isEqualTo(1);
        assertRefused(
                Why.CONFLICT,
                "node: 'a_b' is being drained by rebalance " + id + " (expected: one that is not)",
                () -> intentions.apply(new SqlIntentions.Wish(Kind.DRAIN, null, "a_b", null), by("ann")));

        books.update("update `partition` set node = 'b-0f' where slot = 0");
        assertThat(store.drains(term).openDrains()).isZero();
        assertThat(intentions.rebalance(id).state()).isEqualTo("DONE");
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
    void stoppingADrainLetsTheNodeGetPartitionsAgain() {
        long term = store.takeTerm("test");
        books.own(new PartitionId(SKU, 0), 1, "a-0f", 0);
        long id = intentions.apply(new SqlIntentions.Wish(Kind.DRAIN, null, "a", null), by("ann"));
        intentions.stop(id, by("bob"));
        assertThat(store.drains(term).nodes()).isEmpty();
        intentions.resume(id, by("bob"));
        assertThat(store.drains(term).nodes()).containsExactly("a");
        intentions.undrain("a", by("bob"));
        assertThat(intentions.rebalance(id).state()).isEqualTo("STOPPED");
        assertThat(reason(id)).isEqualTo("undrained by bob");
    }

    @Test
    void aPlanIsKeptAndCanBeTakenBack() {
        SkuPlan plan = new SkuPlan(1_000L, Duration.ofSeconds(3), 50L, 2_000L, 40);
        intentions.plan(SKU, plan, by("ann"));
        assertThat(load().plan()).isEqualTo(plan);
        assertThat(intentions.of(SKU)).isEqualTo(new SqlIntentions.SkuIntentions(false, null, 2, plan));
        intentions.plan(SKU, SkuPlan.NONE, by("ann"));
        assertThat(load().plan()).isEqualTo(SkuPlan.NONE);
    }

    @Test
    void theNewestComeFirst() {
        long first = apply(Kind.FREEZE);
        long second = apply(Kind.UNFREEZE);
        assertThat(intentions.rebalances(SKU, 10))
                .extracting(RebalanceMapper.RebalanceRow::id)
                .containsExactly(second, first);
        assertThat(intentions.rebalances(null, 1))
                .extracting(RebalanceMapper.RebalanceRow::id)
                .containsExactly(second);
    }
}
