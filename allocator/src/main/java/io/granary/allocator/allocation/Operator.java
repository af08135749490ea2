// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.config.Check;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for something.
 *
 * @param who for the records, 1 to 128 characters
 * @param key names this request: sent again under the same key it is done once. 1 to 128 visible ASCII characters; null: it
 *     has none, and every time is another one
 */
public record Operator(String who, @Nullable String key) {
    private static final int MOST = 128;

    /**
     * @throws IllegalArgumentException if it is too long, or blank
     */
    public Operator {
        Check.require(!who.isBlank() && who.length() <= MOST, "who", who, "1 to " + MOST + " characters");
        if (key != null) {
            Check.require(
                    key.matches("[!-~]{1," + MOST + "}"),
                    "Idempotency-Key",
                    key,
                    "1 to " + MOST + " visible ASCII characters");
        }
    }

    /** Whose requests have no keys. */
    public static Operator named(String who) {
        return new Operator(who, null);
    }

    /** A task: each of its runs is done once by itself. */
    public static Operator task(String name) {
        return named("task " + name);
    }
}
