// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/** Keys that a document must have. */
final class Given {
    private Given() {}

    /**
     * @throws IllegalArgumentException if there is no value
     */
    static void check(String key, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(key + ": missing (expected: a value)");
        }
    }
}
