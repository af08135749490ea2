// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

/** {@code NOWHERE ⇄ (QUEUED | PARKED | READING), QUEUED → IN_FLIGHT → NOWHERE → OVER}: where a call waits. */
enum CallPlace {
    /** It is being looked at, or not begun. */
    NOWHERE,
    /** In its slot's queue, for a frame. */
    QUEUED,
    /** In a frame, for an answer. */
    IN_FLIGHT,
    /** With its SKU, for another view or a moment to try again. */
    PARKED,
    /** With its SKU, for a read of the registry. */
    READING,
    /** It has ended, and goes nowhere any more. */
    OVER;

    boolean mayBecome(CallPlace next) {
        return switch (this) {
            case NOWHERE -> next == QUEUED || next == PARKED || next == READING || next == OVER;
            case QUEUED -> next == IN_FLIGHT || next == NOWHERE;
            case IN_FLIGHT, PARKED, READING -> next == NOWHERE;
            case OVER -> false;
        };
    }
}
