// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.util.regex.Pattern;

/** Checks of configuration values. A message gives the value and what was expected. */
final class Require {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

    private Require() {}

    static int between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: %d (expected: %d to %d)".formatted(what, value, least, most));
        }
        return value;
    }

    /** A TCP port, or 0 for a free one. */
    static int port(String what, int value) {
        if (value < 0 || value > 65_535) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: 1 to 65535, or 0 for a free one)".formatted(what, value));
        }
        return value;
    }

    static String name(String what, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(what, value, NAME));
        }
        return value;
    }
}
