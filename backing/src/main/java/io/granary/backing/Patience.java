// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * How long the tests wait for what must come. {@code -Dgranary.test.patience=3} makes every such wait three times as long,
 * for a machine that is slow or busy: more than 0, up to 1,000, and 1 if it is not said. Whoever sets it also gets ten
 * times as long before a test counts as hanging. Times that a test is about, as a caller's deadline, stay as they are.
 *
 * <p>It stands here as the tests of every module use this one. Awaitility comes with the tests.
 */
public final class Patience {
    static final String PROPERTY = "granary.test.patience";

    private static final double TIMES = times(System.getProperty(PROPERTY, "1"));
    private static final Duration USUAL = Duration.ofSeconds(10);

    private Patience() {}

    /** The wait, made longer. */
    public static Duration of(Duration wait) {
        return of(wait, TIMES);
    }

    /** So many seconds, made more. */
    public static long seconds(long seconds) {
        return of(Duration.ofSeconds(seconds)).toSeconds();
    }

    /** Begins to wait, for 10 s if no more is said, made longer. */
    public static ConditionFactory await() {
        return Awaitility.await().atMost(of(USUAL));
    }

    static Duration of(Duration wait, double times) {
        return Duration.ofNanos(Math.round(wait.toNanos() * times));
    }

    static double times(String value) {
        double times;
        try {
            times = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw refused(value, e);
        }
        if (!(times > 0 && times <= 1_000)) {
            throw refused(value, null);
        }
        return times;
    }

    private static IllegalArgumentException refused(String value, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "%s: %s (expected: a number above 0, at most 1000)".formatted(PROPERTY, value), cause);
    }
}
