// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static io.granary.allocator.allocation.Decision.NO_TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.Action.Ceiling;
import io.granary.allocator.allocation.Action.Give;
import io.granary.allocator.allocation.Action.TakeBack;
import io.granary.allocator.allocation.Grant.Reason;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationPlannerTest {
    private final AllocationPlanner planner = new AllocationPlanner(new GrantPolicy(GrantPolicyTest.SETTINGS));

    private static SkuBook book(long inventory, long pool, int slots) {
        return new SkuBook(1, new Sku("A"), false, slots, inventory, pool, inventory + pool, 1_000_000, List.of());
    }

    private static PartitionBook partition(int slot, long granted, long consumed, long returned) {
        return new PartitionBook(slot, 1, "node", 0, granted, consumed, returned);
    }

    private static Holding holding(long granted, long returned, long remaining) {
        return new Holding(granted, returned, remaining, 0, false, 0);
    }

    private static SlotView open(int slot, long granted, long remaining, boolean wantsGrant, long wanted) {
        return SlotView.open(
                partition(slot, granted, granted - remaining, 0),
                new Holding(granted, 0, remaining, 1_000, wantsGrant, wanted),
                0);
    }

    private static SlotView idle(int slot, long remaining) {
        return open(slot, 1_000, remaining, false, 0);
    }

    private static SlotView wanting(int slot, long remaining, long wanted) {
        return open(slot, 1_000, remaining, true, wanted);
    }

    @Test
    void slotsOpenedNowGetTheirShares() {
        List<SlotView> slots =
                List.of(SlotView.fresh(PartitionBook.neverOpened(0)), SlotView.fresh(PartitionBook.neverOpened(1)));
        Decision decision = planner.decide(book(60_000, 0, 2), slots, NO_TARGET);
        assertThat(decision.actions())
                .containsExactly(new Give(0, 15_000, Reason.FIRST), new Give(1, 15_000, Reason.FIRST));
        assertThat(decision.waiting()).isFalse();
    }

    @Test
    void theOnlySlotGetsEverythingAtOnce() {
        Decision first =
                planner.decide(book(800, 0, 1), List.of(SlotView.fresh(PartitionBook.neverOpened(0))), NO_TARGET);
        assertThat(first.actions()).containsExactly(new Give(0, 800, Reason.FIRST));

        Decision restock = planner.decide(book(50, 700, 1), List.of(idle(0, 700)), NO_TARGET);
        assertThat(restock.actions()).containsExactly(new Give(0, 50, Reason.REFILL));
    }

    @Test
    void belowItsLowWatermarkASlotIsRefilledForItsRate() {
        Decision decision = planner.decide(
                book(50_000, 1_600, 2), List.of(idle(0, 1_500), open(1, 1_000, 100, true, 0)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Give(1, 900, Reason.REFILL));
    }

    @Test
    void whileAGrantIsUnderWayItsWishesArePast() {
        SlotView slot = SlotView.open(partition(0, 2_000, 900, 0), new Holding(1_000, 0, 100, 1_000, true, 0), 0);
        Decision decision = planner.decide(book(50_000, 2_600, 2), List.of(slot, idle(1, 1_500)), NO_TARGET);
        assertThat(decision.actions()).isEmpty();
    }

    @Test
    void emptySlotsAreRefilledWithoutAsking() {
        Decision decision = planner.decide(book(1_000, 0, 2), List.of(idle(0, 0), idle(1, 0)), NO_TARGET);
        assertThat(decision.actions())
                .containsExactly(new Give(0, 250, Reason.REFILL), new Give(1, 250, Reason.REFILL));
    }

    @Test
    void theMostUrgentIsRefilledFirst() {
        Decision decision = planner.decide(
                book(150, 1_000, 2), List.of(open(0, 1_000, 90, true, 0), open(1, 1_000, 10, true, 0)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Give(1, 150, Reason.REFILL));
    }

    @Test
    void whoeverWantsMoreThanThereIsLearnsTheCeiling() {
        Decision decision = planner.decide(book(0, 7, 2), List.of(wanting(0, 4, 8), idle(1, 3)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Ceiling(0, 7));
        assertThat(decision.waiting()).isFalse();
    }

    @Test
    void theCeilingIsWhatHasSettledSoItMayComeLater() {
        // 10 in the books, but no slot has any: the last sales have not settled.
        Decision decision = planner.decide(book(0, 10, 2), List.of(wanting(0, 0, 3), idle(1, 0)), NO_TARGET);
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.waiting()).isTrue();
    }

    @Test
    void whatTheInventoryHasIsGrantedToWhoWantsIt() {
        Decision decision =
                planner.decide(book(5_000, 1_000, 2), List.of(wanting(0, 600, 3_000), idle(1, 400)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Give(0, 2_400, Reason.WANTED));
    }

    @Test
    void nothingMovesIfAnotherSlotHasWhatIsWanted() {
        Decision decision = planner.decide(book(0, 600, 2), List.of(wanting(0, 100, 300), idle(1, 500)), NO_TARGET);
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.target()).isEqualTo(NO_TARGET);
        assertThat(decision.waiting()).isFalse();
    }

    @Test
    void theTailIsGatheredInTheSlotThatHasMost() {
        Decision decision =
                planner.decide(book(0, 10, 3), List.of(wanting(0, 2, 7), idle(1, 5), idle(2, 3)), NO_TARGET);
        assertThat(decision.target()).isEqualTo(1);
        assertThat(decision.waiting()).isTrue();
        assertThat(decision.actions()).containsExactly(new TakeBack(2, 3), new TakeBack(0, 2));
    }

    @Test
    void whatHasComeInGoesToTheTarget() {
        // Slot 2 gave its 3 back and they have settled; slot 0's are on their way.
        SlotView zero = SlotView.open(partition(0, 10, 8, 0), new Holding(10, 2, 0, 0, true, 7), 2);
        SlotView two = SlotView.open(partition(2, 10, 7, 3), holding(10, 3, 0), 3);
        Decision decision = planner.decide(book(3, 7, 3), List.of(zero, idle(1, 5), two), 1);
        assertThat(decision.actions()).containsExactly(new Give(1, 3, Reason.GATHER));
        assertThat(decision.target()).isEqualTo(1);
    }

    @Test
    void theTargetStaysUntilTheNeedIsMet() {
        Decision meanwhile =
                planner.decide(book(0, 900, 3), List.of(wanting(0, 400, 850), idle(1, 300), idle(2, 200)), 2);
        assertThat(meanwhile.target()).isEqualTo(2);

        Decision met = planner.decide(book(0, 900, 3), List.of(wanting(0, 0, 850), idle(1, 0), idle(2, 900)), 2);
        assertThat(met.target()).isEqualTo(NO_TARGET);
        assertThat(met.actions()).isEmpty();
    }

    @Test
    void ofALargeRestOnlyWhatIsMissingIsTaken() {
        Decision decision = planner.decide(
                book(0, 50_000, 4),
                List.of(wanting(0, 12_000, 15_000), idle(1, 12_500), idle(2, 13_000), idle(3, 12_500)),
                NO_TARGET);
        assertThat(decision.target()).isEqualTo(2);
        assertThat(decision.actions()).containsExactly(new TakeBack(1, 2_000));
    }

    @Test
    void whatWasAskedBackIsNotAskedForTwice() {
        // 500 of slot 1 were asked for and can still come.
        SlotView one = SlotView.open(partition(1, 1_000, 0, 0), holding(1_000, 0, 1_000), 500);
        Decision decision = planner.decide(book(0, 2_500, 2), List.of(wanting(0, 1_500, 2_000), one), 0);
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.waiting()).isTrue();

        Decision more = planner.decide(book(0, 2_500, 2), List.of(wanting(0, 1_500, 2_100), one), 0);
        assertThat(more.actions()).containsExactly(new TakeBack(1, 1_000));
    }

    @Test
    void ASilentSlotIsWaitedFor() {
        Decision decision = planner.decide(
                book(0, 20, 2), List.of(wanting(0, 5, 10), SlotView.silent(partition(1, 100, 85, 0))), NO_TARGET);
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.waiting()).isTrue();
    }

    @Test
    void whileUnitsAreGatheredNobodyElseIsRefilled() {
        Decision decision =
                planner.decide(book(4, 8, 3), List.of(wanting(0, 0, 12), wanting(1, 8, 0), idle(2, 0)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Give(1, 4, Reason.GATHER));
        assertThat(decision.target()).isEqualTo(1);
    }

    // ---- What operators want

    private static SkuBook intended(long inventory, long pool, int slots, boolean frozen, SkuPlan plan) {
        return book(inventory, pool, slots).withIntentions(frozen, slots, plan, null);
    }

    private static SkuPlan plan(Long first, Long watermark, Long ceiling, Integer percent) {
        return new SkuPlan(first, null, watermark, ceiling, percent);
    }

    @Test
    void nothingIsMovedOfAFrozenSku() {
        SkuBook frozen = intended(500, 100, 2, true, SkuPlan.NONE);
        Decision decision = planner.decide(
                frozen, List.of(SlotView.fresh(PartitionBook.neverOpened(0)), wanting(1, 0, 50)), NO_TARGET);
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.waiting()).isFalse();
        // But who asks for more than there is hears so.
        assertThat(planner.decide(frozen, List.of(wanting(0, 0, 601), idle(1, 100)), NO_TARGET)
                        .actions())
                .containsExactly(new Ceiling(0, 600));
    }

    @Test
    void aRetiredSlotGivesEverythingBackAndGetsNothing() {
        Decision decision = planner.decide(
                book(500, 160, 1), List.of(idle(0, 100), wanting(1, 60, 0), wanting(2, 0, 0)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new TakeBack(1, 60), new Give(0, 500, Reason.REFILL));
    }

    @Test
    void whatOnlyARetiredSlotIsAskedForComesToAnother() {
        Decision decision =
                planner.decide(book(50_000, 100, 2), List.of(idle(0, 60), idle(1, 40), wanting(2, 0, 500)), NO_TARGET);
        assertThat(decision.actions()).anySatisfy(action -> {
            assertThat(action).isInstanceOf(Give.class);
            assertThat(((Give) action).reason()).isEqualTo(Reason.WANTED);
            assertThat(action.slot()).isZero();
        });
    }

    @Test
    void theFirstUnitsAreThoseOfThePlan() {
        SkuBook book = intended(60_000, 0, 2, false, plan(901L, null, null, null));
        assertThat(planner.decide(
                                book,
                                List.of(
                                        SlotView.fresh(PartitionBook.neverOpened(0)),
                                        SlotView.fresh(PartitionBook.neverOpened(1))),
                                NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 451, Reason.FIRST), new Give(1, 450, Reason.FIRST));
        // Also when it was opened while there was nothing, or while it was frozen.
        assertThat(planner.decide(book, List.of(open(0, 0, 0, true, 0), open(1, 0, 0, true, 0)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 451, Reason.FIRST), new Give(1, 450, Reason.FIRST));
        SkuBook one = intended(60_000, 0, 1, false, plan(300L, null, null, null));
        assertThat(planner.decide(one, List.of(SlotView.fresh(PartitionBook.neverOpened(0))), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 300, Reason.FIRST));
    }

    @Test
    void theCeilingHoldsBackWhatIsOnlyToBeReady() {
        SkuBook units = intended(60_000, 950, 2, false, plan(null, null, 1_000L, null));
        Decision decision = planner.decide(units, List.of(wanting(0, 0, 0), idle(1, 950)), NO_TARGET);
        assertThat(decision.actions()).containsExactly(new Give(0, 50, Reason.REFILL));
        assertThat(decision.waiting()).isTrue();
        SkuBook percent = intended(60_000, 6_096, 2, false, plan(null, null, null, 10));
        assertThat(planner.decide(percent, List.of(wanting(0, 0, 0), idle(1, 6_096)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 128, Reason.REFILL));
    }

    @Test
    void theCeilingDoesNotHoldBackWhatABuyerAsksForNorTheLastUnit() {
        SkuBook full = intended(60_000, 1_000, 2, false, plan(null, null, 1_000L, null));
        assertThat(planner.decide(full, List.of(wanting(0, 0, 3_000), idle(1, 1_000)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 3_000, Reason.WANTED));
        SkuBook last = intended(1, 0, 2, false, plan(null, null, null, 1));
        assertThat(planner.decide(last, List.of(wanting(0, 0, 0), wanting(1, 0, 0)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 1, Reason.REFILL));
    }

    @Test
    void aRefillReachesTheLowWatermarkOfThePlan() {
        SkuBook book = intended(60_000, 1_000, 2, false, plan(null, 4_000L, null, null));
        assertThat(planner.decide(book, List.of(open(0, 1_000, 500, true, 0), idle(1, 5_000)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 3_500, Reason.REFILL));
    }

    private static SkuBook gathering(long inventory, long pool, Move... moves) {
        Rebalance rebalance = new Rebalance(1, RebalanceKind.GATHER, RebalanceState.RUNNING, NO_TARGET, List.of(moves));
        return book(inventory, pool, 2).withIntentions(false, 2, SkuPlan.NONE, rebalance);
    }

    @Test
    void whatComesWhileEverythingIsGatheredGoesThereToo() {
        SkuBook book = gathering(500, 100, Move.planned(0, 1, 0, 50, "because"));
        assertThat(planner.decide(book, List.of(idle(0, 100), wanting(1, 0, 300)), NO_TARGET)
                        .actions())
                .containsExactly(new Give(0, 500, Reason.GATHER));
    }

    @Test
    void salesGoOnWhileTheSlotThatGathersHasNoOwner() {
        SkuBook book = gathering(500, 0, Move.planned(0, 1, 0, 50, "because"));
        assertThat(planner.decide(book, List.of(SlotView.silent(partition(0, 0, 0, 0)), wanting(1, 0, 0)), NO_TARGET)
                        .actions())
                .hasSize(1)
                .allSatisfy(action -> assertThat(action.slot()).isEqualTo(1));
        // Nor does anybody wait for a gathering that is not planned yet.
        assertThat(planner.decide(gathering(500, 0), List.of(wanting(0, 0, 0), wanting(1, 0, 0)), NO_TARGET)
                        .actions())
                .hasSize(2);
    }
}
