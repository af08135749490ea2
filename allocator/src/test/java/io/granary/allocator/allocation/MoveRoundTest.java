// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static io.granary.allocator.allocation.Decision.NO_TARGET;
import static io.granary.allocator.allocation.Move.INVENTORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.Rebalance.Step;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveRoundTest {
    private static SkuBook book(long inventory, Rebalance rebalance, PartitionBook... partitions) {
        long pool = 0;
        for (PartitionBook partition : partitions) {
            pool += partition.held();
        }
        return new SkuBook(
                1,
                new Sku("A"),
                false,
                rebalance.kind() == RebalanceKind.HOME,
                2,
                SkuPlan.NONE,
                inventory,
                pool,
                inventory + pool,
                1_000,
                List.of(partitions),
                rebalance);
    }

    private static Rebalance running(RebalanceKind kind, Move... moves) {
        return new Rebalance(7, kind, RebalanceState.RUNNING, NO_TARGET, List.of(moves));
    }

    private static PartitionBook partition(int slot, long granted, long consumed, long returned) {
        return new PartitionBook(slot, 3, "node", 0, granted, consumed, returned);
    }

    private static SlotView open(PartitionBook book, long returned, long remaining, long returnTo) {
        return SlotView.open(book, new Holding(book.granted(), returned, remaining, 0, false, 0), returnTo);
    }

    private static List<Step> steps(SkuBook book, SlotView... views) {
        Rebalance rebalance = book.rebalance();
        assertThat(rebalance).isNotNull();
        return RebalancePlanner.steps(book, rebalance, List.of(views));
    }

    private static Move move(long units) {
        return Move.planned(0, 0, 1, units, "because");
    }

    @Test
    void aMoveBeginsAtWhatTheSlotHasReturned() {
        PartitionBook from = partition(0, 100, 10, 5);
        SkuBook book = book(0, running(RebalanceKind.EVEN, move(30)), from, partition(1, 10, 0, 0));
        assertThat(steps(book, open(from, 5, 85, 0))).containsExactly(new Step(move(30).begun(5, 35), 0, 0));
    }

    @Test
    void itTakesNoMoreThanTheSlotHasAndIsOverIfThatIsNothing() {
        PartitionBook from = partition(0, 100, 10, 5);
        SkuBook book = book(0, running(RebalanceKind.EVEN, move(30)), from, partition(1, 10, 0, 0));
        assertThat(steps(book, open(from, 5, 12, 0))).containsExactly(new Step(move(30).begun(5, 17), 0, 0));
        assertThat(steps(book, open(from, 5, 0, 0))).containsExactly(new Step(move(30).moved(0, true), 0, 0));
    }

    @Test
    void itWaitsForAnOwnerAndForWhatTheSlotWasAskedForBefore() {
        PartitionBook from = partition(0, 100, 10, 5);
        SkuBook book = book(0, running(RebalanceKind.EVEN, move(30)), from, partition(1, 10, 0, 0));
        assertThat(steps(book, SlotView.silent(from))).isEmpty();
        assertThat(steps(book, open(from, 5, 85, 20))).isEmpty();
    }

    @Test
    void severalMovesFromASlotBeginOneAfterTheOther() {
        PartitionBook from = partition(0, 100, 0, 0);
        Move second = Move.planned(1, 0, 1, 90, "because");
        SkuBook book = book(0, running(RebalanceKind.EVEN, move(30), second), from, partition(1, 10, 0, 0));
        assertThat(steps(book, open(from, 0, 100, 0)))
                .containsExactly(new Step(move(30).begun(0, 30), 0, 0), new Step(second.begun(30, 100), 0, 0));
    }

    @Test
    void whatHasSettledIsGrantedOnceAndCountedOnce() {
        PartitionBook from = partition(0, 100, 10, 25);
        Move begun = move(30).begun(5, 35);
        SkuBook book = book(20, running(RebalanceKind.EVEN, begun), from, partition(1, 10, 0, 0));
        List<Step> steps = steps(book, open(from, 35, 55, 35));
        assertThat(steps).containsExactly(new Step(begun.moved(20, false), 3, 20));

        SkuBook.Changed changed = book.after(change(steps), assignment -> true);
        assertThat(changed.grants()).containsExactly(new Grant(1, 3, 20, Grant.Reason.REBALANCE));
        assertThat(changed.book().inventory()).isZero();
        assertThat(steps(changed.book(), open(from, 35, 55, 35))).isEmpty();
    }

    private static SkuChange change(List<Step> steps) {
        return new SkuChange(
                1,
                new Sku("A"),
                List.of(),
                List.of(),
                new Rebalance.Change(7, RebalanceState.RUNNING, null, List.of(), steps));
    }

    @Test
    void allMovesOverIsDone() {
        PartitionBook from = partition(0, 100, 10, 35);
        Move begun = move(30).begun(5, 35).moved(20, false);
        SkuBook book = book(10, running(RebalanceKind.EVEN, begun), from, partition(1, 10, 0, 0));
        SkuBook.Changed changed = book.after(change(steps(book, open(from, 35, 55, 35))), assignment -> true);
        assertThat(changed.rebalance()).isNotNull();
        assertThat(changed.rebalance().state()).isEqualTo(RebalanceState.DONE);
        assertThat(changed.book().rebalance()).isNull();
    }

    @Test
    void whoIsEmptyGivesNothingMore() {
        PartitionBook from = partition(0, 100, 88, 12);
        Move begun = move(30).begun(5, 35);
        SkuBook book = book(7, running(RebalanceKind.EVEN, begun), from, partition(1, 10, 0, 0));
        assertThat(steps(book, open(from, 12, 0, 35))).containsExactly(new Step(begun.moved(7, true), 3, 7));
    }

    @Test
    void whatWasTakenFromTheInventoryMeanwhileIsNotMoved() {
        PartitionBook from = partition(0, 100, 10, 35);
        Move begun = move(30).begun(5, 35);
        SkuBook book = book(30, running(RebalanceKind.EVEN, begun), from, partition(1, 10, 0, 0));
        List<Step> steps = steps(book, open(from, 35, 55, 35));
        SkuBook less = book.withUnits(12, book.pool(), book.received(), book.partitions());
        SkuBook.Changed changed = less.after(change(steps), assignment -> true);
        assertThat(changed.grants()).containsExactly(new Grant(1, 3, 12, Grant.Reason.REBALANCE));
        Rebalance left = changed.book().rebalance();
        assertThat(left).isNotNull();
        assertThat(left.moves()).containsExactly(begun.moved(12, false));
        assertThat(steps(changed.book(), open(from, 35, 55, 35)))
                .containsExactly(new Step(begun.moved(12, true), 3, 0));
    }

    @Test
    void nothingIsWrittenOfARebalanceThatWasStopped() {
        PartitionBook from = partition(0, 100, 10, 35);
        SkuBook book = book(30, running(RebalanceKind.EVEN, move(30).begun(5, 35)), from, partition(1, 10, 0, 0));
        List<Step> steps = steps(book, open(from, 35, 55, 35));
        SkuBook stopped = book.withIntentions(false, 2, SkuPlan.NONE, null);
        SkuBook.Changed changed = stopped.after(change(steps), assignment -> true);
        assertThat(changed.rebalance()).isNull();
        assertThat(changed.grants()).isEmpty();
        assertThat(changed.book()).isEqualTo(stopped);
    }

    @Test
    void aPlanIsWrittenOnce() {
        PartitionBook from = partition(0, 100, 10, 5);
        Rebalance planned = new Rebalance(7, RebalanceKind.EVEN, RebalanceState.PLANNED, NO_TARGET, List.of());
        SkuBook book = book(0, planned, from, partition(1, 10, 0, 0));
        SkuChange change = new SkuChange(
                1,
                new Sku("A"),
                List.of(),
                List.of(),
                new Rebalance.Change(7, RebalanceState.RUNNING, "because", List.of(move(30)), List.of()));
        SkuBook.Changed once = book.after(change, assignment -> true);
        assertThat(once.book().rebalance()).isEqualTo(running(RebalanceKind.EVEN, move(30)));
        assertThat(once.book().after(change, assignment -> true).rebalance()).isNull();
    }

    @Test
    void unitsOfTheInventoryGoAsFarAsTheyReach() {
        Move move = Move.planned(0, INVENTORY, 1, 30, "because");
        SkuBook book = book(12, running(RebalanceKind.GATHER, move), partition(0, 0, 0, 0), partition(1, 10, 0, 0));
        assertThat(steps(book)).containsExactly(new Step(move.moved(12, true), 3, 12));
    }

    @Test
    void aMoveToASlotThatWasRemovedIsOver() {
        Move move = Move.planned(0, 0, 2, 30, "because");
        SkuBook book = book(12, running(RebalanceKind.EVEN, move), partition(0, 50, 0, 0));
        assertThat(steps(book)).containsExactly(new Step(move.moved(0, true), 0, 0));
    }

    @Test
    void theWayHomeIsOverOnlyWhenTheSlotIsEmpty() {
        PartitionBook from = partition(0, 100, 10, 5);
        Move home = Move.planned(0, 0, INVENTORY, 50, "because");
        Rebalance rebalance = running(RebalanceKind.HOME, home);
        // More than was planned: what was in flight has come back to the slot.
        assertThat(steps(book(0, rebalance, from), open(from, 5, 85, 0)))
                .containsExactly(new Step(home.begun(5, 90), 0, 0));

        Move begun = home.begun(5, 60);
        PartitionBook later = partition(0, 100, 10, 60);
        assertThat(steps(book(55, running(RebalanceKind.HOME, begun), later), open(later, 60, 30, 60)))
                .containsExactly(new Step(begun.begun(5, 90).moved(55, false), 0, 0));
        PartitionBook empty = partition(0, 100, 40, 60);
        assertThat(steps(book(55, running(RebalanceKind.HOME, begun), empty), open(empty, 60, 0, 60)))
                .containsExactly(new Step(begun.moved(55, true), 0, 0));
    }

    @Test
    void aFreezeStopsEveryGrantThatIsNotWrittenYet() {
        PartitionBook from = partition(0, 100, 10, 5);
        SkuBook book =
                new SkuBook(1, new Sku("A"), false, true, 1, SkuPlan.NONE, 10, 85, 95, 1_000, List.of(from), null);
        SkuChange change = new SkuChange(
                1, new Sku("A"), List.of(), new ArrayList<>(List.of(new Grant(0, 3, 10, Grant.Reason.REFILL))));
        assertThat(book.after(change, assignment -> true).grants()).isEmpty();
    }
}
