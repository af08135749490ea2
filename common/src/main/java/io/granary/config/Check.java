// SPDX-License-Identifier: Apache-2.0
package io.granary.config;

import java.time.Duration;

/**
 * What the settings records refuse values with: {@code name: value (expected: …)}.
 *
 * <p>Each returns the value, or throws an {@link IllegalArgumentException}.
 */
public final class Check {
    private Check() {}

    /** Both ends included. */
    public static int range(String name, int value, int min, int max) {
        return (int) range(name, (long) value, min, max);
    }

    /** Both ends included. */
    public static long range(String name, long value, long min, long max) {
        return require(value >= min && value <= max, name, value, min + " to " + max);
    }

    /** Both ends included; not a number is outside. */
    public static double range(String name, double value, double min, double max) {
        return require(value >= min && value <= max, name, value, min + " to " + max);
    }

    /** Both ends included. */
    public static Duration range(String name, Duration value, Duration min, Duration max) {
        return require(
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0, name, value, text(min) + " to " + text(max));
    }

    public static String notBlank(String name, String value) {
        return require(!value.isBlank(), name, value, "a text that is not blank");
    }

    /**
     * @param expected what would have been right, to follow "expected: "
     */
    public static <T> T require(boolean right, String name, T value, String expected) {
        if (!right) {
            Object shown = value instanceof Duration duration
                    ? text(duration)
                    : value instanceof String string ? "'" + string + "'" : value;
            throw new IllegalArgumentException(name + ": " + shown + " (expected: " + expected + ")");
        }
        return value;
    }

    /** As one would write it in a configuration file. */
    private static String text(Duration duration) {
        if (duration.toNanosPart() % 1_000_000 != 0) {
            return duration.toNanos() + " ns";
        }
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + " ms";
        }
        return duration.toSeconds() + " s";
    }
}
