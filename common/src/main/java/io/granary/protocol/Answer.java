// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol;

/**
 * What a partition node answers to one attempt at a deduction, in order of precedence. All but {@link #DEDUCTED} and
 * {@link #UNKNOWN} say that this attempt did nothing. The detail is a number whose meaning depends on the answer.
 */
public enum Answer {
    /** The node has more to do than it may hold; nothing was looked at. Detail: 0. */
    THROTTLED(6),
    /** The patience of those who ask was over before anything was looked at. Detail: 0. */
    EXPIRED(9),
    /** The node does not serve the partition at the epoch that was named. Detail: the epoch it serves, 0 if none. */
    NOT_OWNER(5),
    /** The quantity is out of its range. Detail: 0. */
    INVALID(7),
    /** The id was deducted with another quantity, which stands. Detail: that quantity. */
    CONFLICT(4),
    /** Durable: the units are the caller's. Detail: 0. */
    DEDUCTED(1),
    /** The partition has fewer units than asked for. Detail: the units that it has. */
    INSUFFICIENT(2),
    /** All partitions and the inventory together have fewer units than asked for. Detail: at most so many are left. */
    EXCEEDS_ACTUAL(3),
    /**
     * The node can't tell whether it was made durable; or it did nothing now, but its memory of request ids does not reach
     * back to the call's earlier attempts, and it can't tell what became of these. Detail: 0.
     */
    UNKNOWN(8);

    private static final Answer[] BY_CODE = new Answer[10];

    static {
        for (Answer answer : values()) {
            BY_CODE[answer.code] = answer;
        }
    }

    private final byte code;

    Answer(int code) {
        this.code = (byte) code;
    }

    /** Whether it says that the id is not deducted, as there are too few units. */
    public boolean isForWantOfUnits() {
        return this == INSUFFICIENT || this == EXCEEDS_ACTUAL;
    }

    /** The byte that stands for it in an answer frame. */
    public byte code() {
        return code;
    }

    /**
     * @throws MalformedFrameException if no answer has this code
     */
    public static Answer ofCode(byte code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new MalformedFrameException("answer code: " + code + " (expected: 1 to 9)");
        }
        return BY_CODE[code];
    }
}
