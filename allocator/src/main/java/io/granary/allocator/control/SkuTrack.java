// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.Decision;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What one leader remembers of a SKU between two looks at it: what it asked for and when. All of it may be lost: the
 * books and the nodes' reports say the rest. Lives on the leader's loop.
 */
final class SkuTrack {
    /** What was asked of one slot's owner, and what the slot was asked for. */
    static final class Slot {
        /** The epoch for which an Open was last sent, on which link, when. */
        long openEpoch;

        String openNode = "";
        long openLink;
        long openNanos;

        /** Totals that were last sent in an Instruct, when. */
        long toldGranted = -1;

        long toldReturn;
        long toldWatermark;
        long toldLink;
        long toldNanos;

        /** The running total of units that its owner shall have given back. */
        long returnTo;

        /** The largest quantity refused lately, and when that was reported; 0 if none. */
        long need;

        long needNanos;

        /** What was last reported of it, by whoever spoke for the highest epoch. */
        long reportedEpoch;

        boolean exhausted;

        /** It may not be given to another owner before this time: a refusal must not make epochs spin. */
        long assignNanos;

        int refusals;

        /** Why its owner could not take it over, as was told last. */
        String failure = "";

        long failedEpoch;

        /** To level the nodes it shall have this owner, if its epoch is still the one of then; empty: none in particular. */
        String nextOwner = "";

        long nextOwnerAfter;

        /** The epoch that it was given to another owner for, to level the nodes or its SKU; 0 if never. */
        long levelledEpoch;

        /** The epoch at which another owner was decided on, until it is open, and when that was; 0 if none. */
        long takenEpoch;

        long takenNanos;
    }

    final Sku sku;
    private final List<Slot> slots = new ArrayList<>(1);

    /** Where units are gathered. */
    int target = Decision.NO_TARGET;

    /** When to look at it again; meaningless unless it is in the attention set. */
    long dueNanos;

    /** Looks in a row after which it waited. */
    int waits;

    /** After the batch that has it, look again in this time; negative if there is no need. */
    long laterNanos = -1;

    /** Somebody waits for units of it. */
    boolean waiting;

    /** A batch has it; whoever wants a look meanwhile gets one after that. */
    boolean inBatch;

    boolean lookAgain;

    /** The inventory had nothing when it was last looked at: wishes for grants need no look. */
    boolean dry;

    /** Stock is about to be added: until this time, or until it was, nobody is told that there is little or none. */
    boolean restocking;

    long restockUntilNanos;

    /** The count of stock changes at the last one of this SKU: what was read before is past. */
    long stockChange;

    SkuTrack(Sku sku) {
        this.sku = sku;
    }

    /** Tells of slots whose owners could not take them over; so many at most. */
    void failures(int most, Consumer<String> told) {
        int left = most;
        for (int number = 0; number < slots.size() && left > 0; number++) {
            Slot slot = slots.get(number);
            // Of those that are halted the books tell.
            if (!slot.failure.isEmpty() && !slot.failure.equals(ControlMessages.HALTED)) {
                told.accept(sku + "/" + number + " epoch " + slot.failedEpoch + " is not opened: " + slot.failure);
                left--;
            }
        }
    }

    Slot slot(int number) {
        while (slots.size() <= number) {
            slots.add(new Slot());
        }
        return slots.get(number);
    }

    /** Whether what nodes and settlement say of it matters at once. */
    boolean isWaiting() {
        return waiting || target != Decision.NO_TARGET;
    }

    boolean isRestocking(long nowNanos) {
        return restocking && restockUntilNanos - nowNanos > 0;
    }

    /** Whether all its slots were last reported as exhausted, as far as any were. */
    boolean isExhausted() {
        for (Slot slot : slots) {
            if (slot.reportedEpoch > 0 && !slot.exhausted) {
                return false;
            }
        }
        return true;
    }

    /** Nothing more is to be given back, but for what was told already. */
    void forgetReturns() {
        for (Slot slot : slots) {
            slot.returnTo = 0;
        }
    }

    /** The needs are met, or nobody has any. */
    void forgetNeeds() {
        for (Slot slot : slots) {
            slot.need = 0;
        }
    }
}
