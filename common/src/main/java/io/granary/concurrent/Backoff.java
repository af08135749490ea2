// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import io.granary.config.Check;
import java.time.Duration;

/**
 * How long to pause before trying again: twice as long each time, up to the longest. Who tries counts the failures in a
 * row, and says by that what ends the row. Immutable.
 *
 * @param first the pause after the first failure, if it is not beyond the longest; more than zero
 * @param longest more than zero
 */
public record Backoff(Duration first, Duration longest) {
    /**
     * @throws IllegalArgumentException if one is not more than zero
     */
    public Backoff {
        check("first", first);
        check("longest", longest);
    }

    private static void check(String name, Duration value) {
        Check.require(!value.isZero() && !value.isNegative(), name, value, "more than zero");
    }

    /**
     * The pause now.
     *
     * @param before how many came before it in a row, 0 or more
     */
    public Duration pause(int before) {
        Check.require(before >= 0, "before", before, "0 or more");
        long most = longest.toNanos();
        // So that nothing is shifted out.
        boolean fits = before < Long.SIZE && first.toNanos() <= most >> before;
        return Duration.ofNanos(fits ? first.toNanos() << before : most);
    }
}
