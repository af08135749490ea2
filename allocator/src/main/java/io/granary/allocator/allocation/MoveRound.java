// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the moves of a rebalance one step on. Pure: what it says is checked again when it is written.
 *
 * <p>A move from a slot begins by writing down the running total {@code returned} that it begins at and the one that it
 * shall reach; only then is the slot's owner told. What has settled beyond the first has come to the inventory by this
 * move, whichever owner, leader or settlement brought it there, and is granted to the other slot in the same transaction
 * that counts it as moved. So a leader can die at any point: nothing is moved twice, nothing is forgotten.
 *
 * <p>A move is over when all of it has arrived, or when the slot has nothing more, as settled: then buyers were faster.
 */
final class MoveRound {
    private final SkuBook book;
    private final Rebalance rebalance;
    private final Map<Integer, SlotView> views = new HashMap<>();
    /** The totals that slots reach with what was asked of them before and in this round. */
    private final Map<Integer, Long> reached = new HashMap<>();

    private final List<Rebalance.Step> steps = new ArrayList<>();
    private long left;

    private MoveRound(SkuBook book, Rebalance rebalance, List<SlotView> slots) {
        this.book = book;
        this.rebalance = rebalance;
        slots.forEach(view -> views.put(view.slot(), view));
        left = book.inventory();
    }

    /** The next steps of a rebalance that runs; none if it has to wait. */
    static List<Rebalance.Step> steps(SkuBook book, Rebalance rebalance, List<SlotView> slots) {
        MoveRound round = new MoveRound(book, rebalance, slots);
        for (Move move : rebalance.moves()) {
            if (!move.over()) {
                round.take(move);
            }
        }
        return round.steps;
    }

    private void take(Move move) {
        boolean homeless = move.to() != Move.INVENTORY && move.to() >= book.slots();
        if (homeless) {
            // The slot was removed since this was planned.
            steps.add(new Rebalance.Step(move.moved(move.moved(), true), 0, 0));
        } else if (move.from() == Move.INVENTORY) {
            give(move, move.units() - move.moved(), true);
        } else if (!move.isBegun()) {
            begin(move);
        } else if (move.to() == Move.INVENTORY) {
            comeHome(move);
        } else {
            long taken = taken(move);
            give(move, taken - move.moved(), hasAllCome(move, taken));
        }
    }

    private void begin(Move move) {
        SlotView view = views.get(move.from());
        Holding holding = view == null ? null : view.holding();
        if (view == null || holding == null) {
            return;
        }
        long holds = holding.remaining() + view.underWay(holding);
        if (view.returnTo() > holding.returned() && holds > 0) {
            // What it was asked for before may be on its way: only then is it known where this begins.
            return;
        }
        long base = reached.getOrDefault(move.from(), holding.returned());
        long has = holding.returned() + holds - base;
        long units = rebalance.kind() == RebalanceKind.HOME ? has : Math.min(has, move.units());
        if (units <= 0) {
            steps.add(new Rebalance.Step(move.moved(0, true), 0, 0));
        } else {
            reached.put(move.from(), base + units);
            steps.add(new Rebalance.Step(move.begun(base, base + units), 0, 0));
        }
    }

    /** Units that have come to the inventory by this move, in all. */
    private long taken(Move move) {
        long returned = book.partition(move.from()).returned();
        return Math.max(move.moved(), Math.min(returned, move.returnTo()) - move.base());
    }

    private boolean hasAllCome(Move move, long taken) {
        return taken >= move.returnTo() - move.base()
                || book.partition(move.from()).held() == 0;
    }

    private void comeHome(Move move) {
        long taken = taken(move);
        boolean empty = book.partition(move.from()).held() == 0;
        boolean everything = rebalance.kind() == RebalanceKind.HOME;
        if (everything && !empty && hasAllCome(move, taken)) {
            more(move, taken);
        } else if (taken > move.moved() || (everything ? empty : hasAllCome(move, taken))) {
            steps.add(new Rebalance.Step(move.moved(taken, everything ? empty : hasAllCome(move, taken)), 0, 0));
        }
    }

    /** What a node had in flight when it was replaced has come back to the slot: that goes home as well. */
    private void more(Move move, long taken) {
        SlotView view = views.get(move.from());
        Holding holding = view == null ? null : view.holding();
        long has = view == null || holding == null ? 0 : view.effective(holding);
        Move counted = move.moved(taken, false);
        if (has > 0) {
            counted = counted.begun(
                    move.base(), Math.max(move.returnTo(), holding == null ? 0 : holding.returned()) + has);
        }
        if (!counted.equals(move)) {
            steps.add(new Rebalance.Step(counted, 0, 0));
        }
    }

    private void give(Move move, long wanted, boolean nothingMoreComes) {
        PartitionBook to = book.partition(move.to());
        long units = to.epoch() == 0 ? 0 : Math.min(wanted, left);
        left -= units;
        // What somebody else had from the inventory first does not come back.
        boolean over = nothingMoreComes && (units == wanted || left == 0) && (to.epoch() > 0 || wanted == 0);
        if (units > 0 || over) {
            steps.add(new Rebalance.Step(move.moved(move.moved() + units, over), to.epoch(), units));
        }
    }
}
