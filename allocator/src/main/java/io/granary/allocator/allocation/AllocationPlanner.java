// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

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
        boolean granted;

        Open(SlotView view, Holding holding) {
            this.view = view;
            this.holding = holding;
            effective = view.effective(holding);
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
        private final int slotCount;
        private final List<SlotView> all;
        private final List<Open> open = new ArrayList<>();
        private final List<Action> actions = new ArrayList<>();
        private final long share;
        private long left;

        Round(SkuBook book, List<SlotView> slots) {
            this.book = book;
            all = slots;
            slotCount = slots.size();
            left = book.inventory();
            share = policy.share(left, slotCount);
            for (SlotView view : slots) {
                Holding holding = view.holding();
                if (holding != null) {
                    open.add(new Open(view, holding));
                }
            }
        }

        Decision decide(int target) {
            first();
            ceilings();
            long need = unmetNeed();
            if (need == 0) {
                refill();
                return new Decision(actions, Decision.NO_TARGET, false);
            }
            Open asking = askingWithin(need, left);
            if (asking != null) {
                long units = policy.units(left, slotCount, share, asking.holding.unitsPerSecond(), asking.effective);
                give(asking, Math.max(need - asking.effective, units), Grant.Reason.WANTED);
                refill();
                return new Decision(actions, Decision.NO_TARGET, true);
            }
            return gather(need, target);
        }

        private void first() {
            for (SlotView view : all) {
                long units = view.fresh() ? policy.units(left, slotCount, share, 0, 0) : 0;
                if (units > 0) {
                    actions.add(new Action.Give(view.slot(), units, Grant.Reason.FIRST));
                    left -= units;
                }
            }
        }

        private void ceilings() {
            for (Open slot : open) {
                if (slot.holding.wanted() > book.actual()) {
                    actions.add(new Action.Ceiling(slot.slot(), book.actual()));
                }
            }
        }

        /** The largest quantity that was refused and that can be had, but not from any slot as it is; 0 if none. */
        private long unmetNeed() {
            long largest = 0;
            for (Open slot : open) {
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

        private @Nullable Open askingWithin(long need, long inventory) {
            Open best = null;
            for (Open slot : open) {
                boolean fits = slot.holding.wanted() == need && need - slot.effective <= inventory;
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
                    long units = policy.units(left, slotCount, share, slot.holding.unitsPerSecond(), slot.effective);
                    give(slot, units, Grant.Reason.REFILL);
                }
            }
        }

        private boolean wantsRefill(Open slot) {
            // What it says of its wants is past while a grant is under way.
            boolean known = slot.view.underWay(slot.holding) == 0;
            return slotCount == 1 || slot.effective == 0 || (known && slot.holding.wantsGrant());
        }

        private Decision gather(long need, int before) {
            long coming = 0;
            long total = left;
            for (Open slot : open) {
                coming += slot.view.coming(slot.holding);
                total += slot.effective;
            }
            total += coming;
            if (total < need) {
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
            left -= units;
        }

        private void takeBack(Open slot, long units) {
            long asked = Math.max(slot.view.returnTo(), slot.holding.returned());
            // What was asked before and can still come is not asked for again: effective is without it.
            long stillToCome = Math.min(
                    asked - slot.holding.returned(), slot.holding.remaining() + slot.view.underWay(slot.holding));
            actions.add(new Action.TakeBack(slot.slot(), slot.holding.returned() + stillToCome + units));
        }
    }
}
