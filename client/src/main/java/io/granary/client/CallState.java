// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.protocol.Answer;
import org.jspecify.annotations.Nullable;

/**
 * What one call knows: which slot it may ask next, and what may be said of it. No I/O, no clock, no threads; not
 * thread-safe.
 *
 * <p>An <em>attempt</em> is one entry in one frame, to the owner of one slot at one epoch. At most one attempt of a call
 * is in flight. It ends with an answer, or is <em>given up</em> (its stream broke, or the slot has another owner): then
 * nobody here knows whether it did something, or still will, and it stays <em>open</em>. Open attempts bind the call:
 *
 * <ul>
 *   <li>They are all at one slot, for nothing else may be asked while one is open: two slots could both deduct.
 *   <li>Only an owner of the highest open epoch or of a later one can settle them. It knows what its predecessors made
 *       durable, and what they may still send is void. A replaced owner knows less than the truth: its refusal proves
 *       nothing.
 *   <li>{@link Answer#NOT_OWNER}, {@link Answer#THROTTLED} and {@link Answer#EXPIRED} speak of their own attempt only. They
 *       never settle an earlier one.
 *   <li>At the deadline an open attempt, as one in flight, makes the outcome {@link Outcome#UNKNOWN}.
 * </ul>
 *
 * While nothing is open the call goes through the slots in the order of {@link Rendezvous}, in rounds: a slot is asked
 * once in a round.
 */
class CallState {
    /** What an answer leads to. */
    enum Next {
        /** The call is over: {@link #result()}. */
        DONE,
        /** Nothing is open; the slot has refused in this round. */
        OTHER_SLOT,
        /** Ask the same slot again, after a while or with another owner. */
        SAME_SLOT
    }

    private static final long NONE = 0;
    private static final byte INSUFFICIENT = 1;
    private static final byte THROTTLED = 2;
    private static final byte NOT_OWNER = 4;

    private final long hash;
    private int slot = -1;
    private long flightEpoch = NONE;
    private long openEpoch = NONE;
    private long below = Long.MAX_VALUE;
    private byte heard;
    private boolean registeredOnly;
    /** Slots that have refused for want of units in this round. */
    private int refusals;

    private boolean heardAll;
    /** How many slots the SKU had when all were heard, as far as was known; a read must show that it had no more. */
    private int heardSlots;

    private boolean confirmed;
    private @Nullable DeductionResult exceeded;
    private Outcome lastRound = Outcome.UNAVAILABLE;
    private boolean heardRound;
    private @Nullable DeductionResult result;

    CallState(long high, long low) {
        hash = Rendezvous.hash(high, low);
    }

    /** Whether an attempt was given up and not settled since: only {@link #slot()} may be asked. */
    boolean isOpen() {
        return openEpoch != NONE;
    }

    boolean isInFlight() {
        return flightEpoch != NONE;
    }

    boolean isDone() {
        return result != null;
    }

    /** The slot that was asked last; -1 if none was. */
    int slot() {
        return slot;
    }

    /** Whether the call could end with something certain that nodes have said: a whole round was heard, and nothing is open. */
    boolean hasAnswer() {
        return heardRound && !isOpen() && !isInFlight();
    }

    /** The score of a slot for this call; the slot with the highest is asked first. */
    long score(int candidate) {
        return Rendezvous.score(hash, candidate);
    }

    /** The slot with the highest score of these. */
    int first(int[] candidates) {
        return Rendezvous.first(hash, candidates);
    }

    /** Whether all slots are still to be asked in this round. */
    boolean isNewRound() {
        return below == Long.MAX_VALUE;
    }

    /** Only slots with a score below this are still to be asked in this round. */
    long below() {
        return below;
    }

    /** How the call ended. */
    DeductionResult result() {
        if (result == null) {
            throw new IllegalStateException("call: not over");
        }
        return result;
    }

    /** An attempt leaves for the owner of a slot at an epoch. */
    void asked(int toSlot, long epoch) {
        if (epoch <= NONE || isInFlight() || isDone() || (isOpen() && toSlot != slot)) {
            throw new IllegalStateException(
                    "attempt: slot " + toSlot + " at epoch " + epoch + " (expected: " + this + ")");
        }
        slot = toSlot;
        flightEpoch = epoch;
    }

    /** Nobody will wait for the answer of the attempt in flight any more. */
    void givenUp() {
        openEpoch = Math.max(openEpoch, flightEpoch);
        flightEpoch = NONE;
    }

    /** The answer of the attempt in flight. */
    Next answered(Answer answer, long detail) {
        long epoch = flightEpoch;
        flightEpoch = NONE;
        boolean settles = epoch >= openEpoch;
        return switch (answer) {
            case DEDUCTED -> done(DeductionResult.of(Outcome.DEDUCTED));
            case CONFLICT -> settles ? done(new DeductionResult(Outcome.CONFLICT, detail)) : Next.SAME_SLOT;
            case EXCEEDS_ACTUAL, INSUFFICIENT -> {
                if (!settles) {
                    yield Next.SAME_SLOT;
                }
                openEpoch = NONE;
                refusals++;
                if (answer == Answer.EXCEEDS_ACTUAL) {
                    exceeded = detail > 0
                            ? new DeductionResult(Outcome.INSUFFICIENT, detail)
                            : DeductionResult.of(Outcome.SOLD_OUT);
                }
                yield refused(INSUFFICIENT);
            }
            case THROTTLED -> isOpen() ? Next.SAME_SLOT : refused(THROTTLED);
            // INVALID: the quantity was checked before; a node that can't take it can't serve this call. EXPIRED: it
            // came
            // too late to be decided, though the call still waits.
            case NOT_OWNER, INVALID, EXPIRED -> isOpen() ? Next.SAME_SLOT : refused(NOT_OWNER);
            case UNKNOWN -> {
                openEpoch = Math.max(openEpoch, epoch);
                yield Next.SAME_SLOT;
            }
        };
    }

    /**
     * The answer of an attempt that was given up. That it deducted is true whoever says so; the rest is left to the
     * attempts after it.
     *
     * @return whether the call is over now
     */
    boolean answeredLate(Answer answer) {
        if (answer != Answer.DEDUCTED || isDone()) {
            return false;
        }
        flightEpoch = NONE;
        done(DeductionResult.of(Outcome.DEDUCTED));
        return true;
    }

    /** A slot was passed by in this round, as too much waits for its owner already. */
    void passedCrowd() {
        heard |= THROTTLED;
    }

    /** Whether every slot that is known is to be asked in this round, not only those that have units. */
    boolean asksAll() {
        return !heardAll && !registeredOnly;
    }

    /** For the rest of the round only slots that have units are to be asked. */
    void askRegisteredOnly() {
        registeredOnly = true;
    }

    /**
     * Whether every slot of the SKU has said during this call that it did not deduct this id before: else a refusal for
     * want of units could be untrue, of an id that another call had deducted.
     */
    boolean heardAll() {
        return heardAll;
    }

    /** Whether it is certain that there was no other slot when all were heard. */
    boolean isConfirmed() {
        return confirmed;
    }

    /**
     * A read of the registry that began during this call has shown so many slots. If not all of them were heard, they must
     * be: an operator may have added some since this client last heard of it.
     */
    void confirm(int slots) {
        confirmed = heardAll && slots <= heardSlots;
        heardAll = confirmed;
    }

    private void hear(int slots) {
        if (!heardAll && refusals >= slots) {
            heardAll = true;
            heardSlots = slots;
        }
    }

    /**
     * No slot is left to ask in this round. If one said that nobody has so many units, and all that they did not deduct
     * this id before, and it is {@link #isConfirmed() confirmed} that these are all, the call is over. The first alone
     * says nothing of the id: a slot that this client has not heard of may have deducted it for an earlier call.
     *
     * @param slots how many the SKU has
     * @return whether it is
     */
    boolean concluded(int slots) {
        hear(slots);
        if (exceeded == null || !confirmed) {
            return false;
        }
        done(exceeded);
        return true;
    }

    /**
     * No slot is left to ask in this round; the next begins. A round in which no slot was registered leaves what the
     * round before has shown.
     *
     * @param slots how many the SKU has
     * @param complete whether all registered slots could be asked
     */
    void roundEnded(int slots, boolean complete) {
        hear(slots);
        refusals = 0;
        heardRound |= heard != 0;
        if ((heard & THROTTLED) != 0) {
            lastRound = Outcome.THROTTLED;
        } else if (!complete || (heard & NOT_OWNER) != 0) {
            lastRound = Outcome.UNAVAILABLE;
        } else if (heard == INSUFFICIENT) {
            lastRound = Outcome.INSUFFICIENT;
        }
        heard = 0;
        below = Long.MAX_VALUE;
        registeredOnly = false;
    }

    /** The call ends without asking any slot more; nothing may be open. */
    void refuse(Outcome outcome) {
        if (isOpen() || isInFlight()) {
            throw new IllegalStateException("outcome: " + outcome + " (expected: nothing open, in " + this + ")");
        }
        done(DeductionResult.of(outcome));
    }

    /** The deadline has passed, or the client closes: what is certain now is the outcome. */
    void expired() {
        if (isOpen() || isInFlight()) {
            flightEpoch = NONE;
            done(DeductionResult.of(Outcome.UNKNOWN));
        } else if (lastRound == Outcome.UNAVAILABLE && (heard & THROTTLED) != 0) {
            done(DeductionResult.of(Outcome.THROTTLED));
        } else if (lastRound == Outcome.INSUFFICIENT && !confirmed) {
            done(DeductionResult.of(Outcome.UNAVAILABLE));
        } else {
            done(DeductionResult.of(lastRound));
        }
    }

    private Next refused(byte what) {
        heard |= what;
        below = score(slot);
        return Next.OTHER_SLOT;
    }

    private Next done(DeductionResult end) {
        result = end;
        openEpoch = NONE;
        return Next.DONE;
    }

    @Override
    public String toString() {
        return "slot " + slot + ", in flight at epoch " + flightEpoch + ", open at epoch " + openEpoch + ", result "
                + result;
    }
}
