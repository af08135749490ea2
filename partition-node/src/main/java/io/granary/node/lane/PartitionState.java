// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/** {@code SERVING ⇄ EXHAUSTED → CLOSED}; a partition comes to be when its takeover is done. */
public enum PartitionState {
    /** Has units; registered as one that sells. */
    SERVING,
    /** Has none; registered as exhausted; still answers, until a grant comes. */
    EXHAUSTED,
    /** Its epoch is over here; answers nothing any more. */
    CLOSED;

    boolean mayBecome(PartitionState next) {
        return switch (this) {
            case SERVING -> next != SERVING;
            case EXHAUSTED -> next != EXHAUSTED;
            case CLOSED -> false;
        };
    }
}
