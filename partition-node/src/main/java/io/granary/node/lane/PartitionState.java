// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/** {@code SERVING ⇄ EXHAUSTED → CLOSED}; a partition comes to be when its takeover is done. */
public enum PartitionState {
    /** Has units; registered. */
    SERVING,
    /** Has none; not registered; still answers, until a grant comes. */
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
