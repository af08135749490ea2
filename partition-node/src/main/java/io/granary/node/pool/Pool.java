// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import static com.google.common.base.Preconditions.checkState;

/**
 * The units of one partition at one epoch, and the requests that it remembers.
 *
 * <p>Units are taken when a request is accepted and count as consumed when the log has made its section durable: {@code
 * granted = consumed + returned + pending + remaining}, none negative. Requests that are accepted go into the section
 * that forms; {@link #seal()} ends it, {@link #confirm} says that it is durable. Sections are confirmed in order. There
 * is no way back: if a section is not valid, the epoch is over and the pool is dropped.
 *
 * <p>Pure: no I/O, no clock. Not thread-safe.
 */
public final class Pool {
    /** What becomes of a request, in order of precedence. */
    public enum Decision {
        /** The id was accepted with another quantity: {@link Pool#quantityOf}. Nothing changes. */
        CONFLICT,
        /** The id is deducted and durable. Nothing changes. */
        KNOWN,
        /** The id is accepted, in a section that forms or is in flight. Nothing changes. */
        PENDING,
        /** More than remains. Nothing changes. */
        INSUFFICIENT,
        /** Accepted: the units are taken, the id belongs to the section that forms. */
        ACCEPTED
    }

    // A word of the window: durable mark (1 bit) quantity (31) the low bits of its section's seq (32). Differences of
    // seqs stay right while fewer than 2^31 sections are written between two turns of the window: weeks, at thousands
    // a second.
    private static final long DURABLE = Long.MIN_VALUE;

    private final IdWindow ids;
    private long granted;
    private long consumed;
    private long returned;
    private long remaining;
    /** The seq of the section that forms. */
    private long formingSeq = 1;

    private long confirmedSeq;
    /** The seq of the id that was accepted last. */
    private long newestSeq;
    /** The highest seq in the older half of the window. */
    private long olderSeq;

    /**
     * @param granted running total over all epochs, in units
     * @param consumed likewise, as folded from the log
     * @param returned likewise
     * @param ids as folded from the log: all durable, their words from {@link #durable}
     */
    public Pool(long granted, long consumed, long returned, IdWindow ids) {
        checkState(
                consumed >= 0 && returned >= 0 && consumed + returned <= granted,
                "granted %s, consumed %s, returned %s (expected: none negative, granted at least the sum)",
                granted,
                consumed,
                returned);
        this.granted = granted;
        this.consumed = consumed;
        this.returned = returned;
        this.ids = ids;
        remaining = granted - consumed - returned;
    }

    /** The word of an id that was durable before this epoch began. */
    public static long durable(int quantity) {
        return DURABLE | word(quantity, 0);
    }

    private static long word(int quantity, long seq) {
        return (long) quantity << 32 | (seq & 0xFFFF_FFFFL);
    }

    private static int quantity(long word) {
        return (int) (word >>> 32) & Integer.MAX_VALUE;
    }

    /**
     * Decides on a request.
     *
     * @param quantity at least 1
     */
    public Decision deduct(long high, long low, int quantity) {
        long word = ids.find(high, low);
        if (word != 0) {
            if (quantity(word) != quantity) {
                return Decision.CONFLICT;
            }
            return isConfirmed(word) ? Decision.KNOWN : Decision.PENDING;
        }
        if (quantity > remaining) {
            return Decision.INSUFFICIENT;
        }
        remaining -= quantity;
        ids.add(high, low, word(quantity, formingSeq));
        newestSeq = formingSeq;
        return Decision.ACCEPTED;
    }

    /** Whether the id is remembered and its section is durable. */
    public boolean isDurable(long high, long low) {
        long word = ids.find(high, low);
        return word != 0 && isConfirmed(word);
    }

    /** Brings near what {@link #deduct} of this id will look at; what it returns means nothing. */
    public long touch(long high, long low) {
        return ids.touch(high, low);
    }

    /** A remembered request that is pending: whether the section that forms has it, and not the one in flight. */
    public boolean isForming(long high, long low) {
        long word = ids.find(high, low);
        return word > 0 && (int) word == (int) formingSeq;
    }

    /** The quantity of a remembered id; 0 if it is not remembered. */
    public int quantityOf(long high, long low) {
        return quantity(ids.find(high, low));
    }

    private boolean isConfirmed(long word) {
        return word < 0 || (int) word - (int) confirmedSeq <= 0;
    }

    /**
     * Takes note of a grant.
     *
     * @param total running total; a lower one than known changes nothing
     */
    public void grant(long total) {
        if (total > granted) {
            remaining += total - granted;
            granted = total;
        }
    }

    /**
     * Takes units out to give them back, for a section of their own.
     *
     * @param total running total to reach, of which {@code pending} is on its way already
     * @return how many units were taken; 0 if the total is reached or nothing remains
     */
    public long takeBack(long total, long pending) {
        long units = Math.max(0, Math.min(remaining, total - returned - pending));
        remaining -= units;
        return units;
    }

    /** Ends the section that forms, or makes one for a return: its seq. */
    public long seal() {
        return formingSeq++;
    }

    /** The section is durable and valid, and so its units are gone. */
    public void confirm(long seq, long unitsConsumed, long unitsReturned) {
        checkState(
                seq == confirmedSeq + 1 && seq < formingSeq,
                "seq: %s (expected: %s, below %s)",
                seq,
                confirmedSeq + 1,
                formingSeq);
        confirmedSeq = seq;
        consumed += unitsConsumed;
        returned += unitsReturned;
        checkState(
                remaining >= 0 && consumed + returned + remaining <= granted,
                "granted %s, consumed %s, returned %s, remaining %s (expected: granted at least the sum)",
                granted,
                consumed,
                returned,
                remaining);
    }

    /**
     * Forgets the older half of the remembered ids, unless one of them is still pending: a retry of that one would be
     * decided anew, and could be refused though it counts.
     */
    public void turnWindow(long nowNanos) {
        if (olderSeq <= confirmedSeq) {
            olderSeq = newestSeq;
            ids.turn(nowNanos);
        }
    }

    /** Whether every id that was deducted at that moment or later is remembered, by the clock of {@link #turnWindow}. */
    public boolean isCompleteSince(long nanos) {
        return ids.isCompleteSince(nanos);
    }

    public long granted() {
        return granted;
    }

    public long consumed() {
        return consumed;
    }

    public long returned() {
        return returned;
    }

    public long remaining() {
        return remaining;
    }

    /** From now on the ids that it remembers count there, and nowhere else. */
    public void countIdsIn(IdMemory memory) {
        ids.countIn(memory);
    }

    public long rememberedIds() {
        return ids.size();
    }
}
