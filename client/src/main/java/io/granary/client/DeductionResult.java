// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The end of a call.
 *
 * @param detail a number whose meaning depends on the outcome: of {@link Outcome#CONFLICT} the quantity that stands, of
 *     {@link Outcome#INSUFFICIENT} how many units are left at most or {@link #NOT_KNOWN}, of all others 0
 */
public record DeductionResult(Outcome outcome, long detail) {
    /** The detail of {@link Outcome#INSUFFICIENT} if nobody could tell how many units are left. */
    public static final long NOT_KNOWN = -1;

    private static final Map<Outcome, DeductionResult> PLAIN = new EnumMap<>(Outcome.class);

    static {
        for (Outcome outcome : Outcome.values()) {
            PLAIN.put(outcome, new DeductionResult(outcome, outcome == Outcome.INSUFFICIENT ? NOT_KNOWN : 0));
        }
    }

    /** The result without anything to add. */
    static DeductionResult of(Outcome outcome) {
        return Objects.requireNonNull(PLAIN.get(outcome));
    }

    /** Whether the units are the caller's for certain. */
    public boolean isDeducted() {
        return outcome == Outcome.DEDUCTED;
    }
}
