// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.api.RebalanceKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which slots of a SKU get units, give units back, or learn that there are no more. Pure: it sees one moment
 * and does nothing; what it decides is checked again when it is written.
 *
 * <ol>
 *   <li>Slots opened now get their first share.
 *   <li>A slot that refused more than the whole SKU has ({@code actual}, an upper bound of what can be sold) is told so.
 *   <li>If no slot has the largest quantity that was refused, a slot that refused it gets it from the inventory; if the
 *       inventory is too small, units are gathered in one slot, which keeps being the target until the need is met.
 *   <li>Else slots that are empty or below their low watermark are refilled, the most urgent first.
 * </ol>
 *
 * <p>What operators want comes first: nothing is moved of a SKU that is frozen; what is gathered in one slot is not given to others;
 * slots of retired partitions give back what they have; the SKU's own plan says how much goes out at a time, and how much
 * may be out at most.
 */
public final class AllocationPlanner {
    private final GrantPolicy policy;

    public AllocationPlanner(GrantPolicy policy) {
        this.policy = policy;
    }

    /**
     * Decides for one SKU.
     *
     * @param slots all slots of the SKU
     * @param target the slot in which units were being gathered, or {@link Decision#NO_TARGET}
     */
    public Decision decide(SkuBook book, List<SlotView> slots, int target) {
        return new Round(book, slots).decide(target);
    }

    private static final class Open {
        final SlotView view;
        final Holding holding;
        long effective;
        /** Gave back, or will, and not settled. */
        long coming;

        boolean granted;

        Open(SlotView view, Holding holding) {
            this.view = view;
            this.holding = holding;
            effective = view.effective(holding);
            coming = view.coming(holding);
        }

        int slot() {
            return view.slot();
        }

        /** Seconds until it is empty, for the order of refills. */
        double urgency() {
            return holding.unitsPerSecond() > 0 ? effective / holding.unitsPerSecond() : effective;
        }
    }

    private final class Round {
        private final SkuBook book;
        private final GrantPolicy policy;
        private final int slotCount;
        private final List<SlotView> all;
        /** Those that may have units. */
        private final List<Open> open = new ArrayList<>();

        private final List<Open> retired = new ArrayList<>();
        private final List<Action> actions = new ArrayList<>();
        private final long share;
        /** The inventory. */
        private long left;
        /** What of it may be made ready for buyers. */
        private long room;

        private boolean heldBack;

        Round(SkuBook book, List<SlotView> slots) {
            this.book = book;
            policy = AllocationPlanner.this.policy.with(book.plan());
            all = slots;
            left = book.inventory();
            room = book.plan().room(left, book.pool(), book.actual());
            int active = 0;
            for (SlotView view : slots) {
                boolean isRetired = view.slot() >= book.slots();
                Holding holding = view.holding();
                if (holding != null) {
                    (isRetired ? retired : open).add(new Open(view, holding));
                }
                active += isRetired ? 0 : 1;
            }
            slotCount = Math.max(1, active);
            share = policy.share(room, slotCount);
        }

        Decision decide(int target) {
            ceilings();
            if (book.frozen()) {
                return new Decision(actions, Decision.NO_TARGET, false);
            }
            Open gathering = gathering();
            if (gathering != null) {
                if (left > 0) {
                    give(gathering, left, Grant.Reason.GATHER);
                }
                return new Decision(actions, Decision.NO_TARGET, false);
            }
            first();
            retire();
            long need = unmetNeed();
            if (need == 0) {
                refill();
                return new Decision(actions, Decision.NO_TARGET, heldBack);
            }
            Open asking = askingWithin(need, left);
            if (asking != null) {
                long units = policy.units(room, slotCount, share, asking.holding.unitsPerSecond(), asking.effective);
                give(asking, Math.max(need - asking.effective, units), Grant.Reason.WANTED);
                refill();
                return new Decision(actions, Decision.NO_TARGET, true);
            }
            return gather(need, target);
        }

        /** Where an operator has everything gathered: whatever comes meanwhile goes there as well. None if it is not open. */
        private @Nullable Open gathering() {
            Rebalance rebalance = book.rebalance();
            if (rebalance == null || rebalance.kind() != RebalanceKind.GATHER) {
                return null;
            }
            for (Open slot : open) {
                if (rebalance.moves().stream().anyMatch(move -> move.to() == slot.slot())) {
                    return slot;
                }
            }
            return null;
        }

        private void first() {
            for (SlotView view : all) {
                if (view.fresh() && view.slot() < book.slots()) {
                    long units = book.plan().firstUnits() == null
                            ? policy.units(room, slotCount, share, 0, 0)
                            : Math.min(room, book.plan().firstOf(view.slot(), slotCount));
                    if (units > 0) {
                        actions.add(new Action.Give(view.slot(), units, Grant.Reason.FIRST));
                        take(units);
                    }
                }
            }
        }

        private void take(long units) {
            left -= units;
            room = Math.max(0, room - units);
        }

        private void retire() {
            if (book.rebalance() != null) {
                // It says where their units go.
                return;
            }
            for (Open slot : retired) {
                if (slot.effective > 0) {
                    takeBack(slot, slot.effective);
                }
            }
        }

        private void ceilings() {
            for (Open slot : known()) {
                if (slot.holding.wanted() > book.actual()) {
                    actions.add(new Action.Ceiling(slot.slot(), book.actual()));
                }
            }
        }

        /** The largest quantity that was refused and that can be had, but not from any slot as it is; 0 if none. */
        private long unmetNeed() {
            long largest = 0;
            for (Open slot : known()) {
                long wanted = slot.holding.wanted();
                if (wanted <= book.actual()) {
                    largest = Math.max(largest, wanted);
                }
            }
            for (Open slot : open) {
                if (slot.effective >= largest) {
                    return 0;
                }
            }
            return largest;
        }

        private List<Open> known() {
            List<Open> known = new ArrayList<>(open);
            known.addAll(retired);
            return known;
        }

        private @Nullable Open askingWithin(long need, long inventory) {
            boolean onlyRetiredAsk = open.stream().noneMatch(slot -> slot.holding.wanted() == need);
            Open best = null;
            for (Open slot : open) {
                boolean asks = onlyRetiredAsk || slot.holding.wanted() == need;
                boolean fits = asks && need - slot.effective <= inventory;
                if (fits && (best == null || slot.effective > best.effective)) {
                    best = slot;
                }
            }
            return best;
        }

        private void refill() {
            open.sort(Comparator.comparingDouble(Open::urgency).thenComparingInt(Open::slot));
            for (Open slot : open) {
                if (left > 0 && !slot.granted && wantsRefill(slot)) {
                    boolean isFirst =
                            slot.view.book().granted() == 0 && book.plan().firstUnits() != null;
                    long units = isFirst
                            ? Math.min(room, book.plan().firstOf(slot.slot(), slotCount))
                            : policy.units(room, slotCount, share, slot.holding.unitsPerSecond(), slot.effective);
                    if (units > 0) {
                        give(slot, units, isFirst ? Grant.Reason.FIRST : Grant.Reason.REFILL);
                    }
                    heldBack |= room == 0 && left > 0;
                }
            }
        }

        private boolean wantsRefill(Open slot) {
            // What it says of its wants is past while a grant is under way.
            boolean known = slot.view.underWay(slot.holding) == 0;
            return policy.isAllAtOnce(slotCount) || slot.effective == 0 || (known && slot.holding.wantsGrant());
        }

        private Decision gather(long need, int before) {
            long coming = 0;
            long total = left;
            for (Open slot : known()) {
                coming += slot.coming;
                total += slot.effective;
            }
            total += coming;
            if (total < need || open.isEmpty()) {
                // More is sold than has settled, or a slot is silent: wait for either before anything is moved.
                return new Decision(actions, before, true);
            }
            Open target = target(before);
            if (left > 0) {
                give(target, left, Grant.Reason.GATHER);
            }
            boolean everything = policy.isTail(total, need, slotCount);
            long missing = need - target.effective - coming;
            open.sort(Comparator.comparingLong((Open slot) -> -slot.effective).thenComparingInt(Open::slot));
            for (Open slot : open) {
                boolean takes = slot != target && slot.effective > 0 && missing > 0;
                if (takes) {
                    long units = everything ? slot.effective : Math.min(slot.effective, missing);
                    takeBack(slot, units);
                    missing -= everything ? 0 : units;
                }
            }
            return new Decision(actions, target.slot(), true);
        }

        private Open target(int before) {
            Open best = open.get(0);
            for (Open slot : open) {
                if (slot.slot() == before) {
                    return slot;
                }
                if (slot.effective > best.effective) {
                    best = slot;
                }
            }
            return best;
        }

        private void give(Open slot, long units, Grant.Reason reason) {
            actions.add(new Action.Give(slot.slot(), units, reason));
            slot.granted = true;
            slot.effective += units;
            take(units);
        }

        private void takeBack(Open slot, long units) {
            // What was asked before and can still come is not asked for again: effective is without it.
            actions.add(new Action.TakeBack(slot.slot(), slot.view.reach(slot.holding) + units));
            slot.effective -= units;
            slot.coming += units;
        }
    }
}
