// SPDX-License-Identifier: Apache-2.0
package io.granary.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(5), Duration.ofMillis(30));

    @Test
    void pausesDoubleUpToTheLongest() {
        assertThat(IntStream.range(0, 5).mapToObj(backoff::pause).map(Duration::toMillis))
                .containsExactly(5L, 10L, 20L, 30L, 30L);
    }

    @Test
    void noCountIsTooHigh() {
        for (int before = 4; before < 200; before++) {
            assertThat(backoff.pause(before)).as("after %d", before).hasMillis(30);
        }
        assertThat(backoff.pause(Integer.MAX_VALUE)).hasMillis(30);
        Backoff years = new Backoff(Duration.ofNanos(1), Duration.ofNanos(Long.MAX_VALUE));
        assertThat(years.pause(62)).hasNanos(1L << 62);
        assertThat(years.pause(63)).hasNanos(Long.MAX_VALUE);
        assertThat(years.pause(64)).hasNanos(Long.MAX_VALUE);
    }

    @Test
    void theFirstIsNoLongerThanTheLongest() {
        Backoff shortened = new Backoff(Duration.ofMillis(50), Duration.ofMillis(10));
        assertThat(shortened.pause(0)).hasMillis(10);
    }

    @Test
    void wrongValuesAreRefused() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofMillis(1)))
                .hasMessage("first: 0 s (expected: more than zero)");
        assertThatThrownBy(() -> new Backoff(Duration.ofMillis(1), Duration.ofMillis(-1)))
                .hasMessage("longest: -1 ms (expected: more than zero)");
        assertThatThrownBy(() -> backoff.pause(-1)).hasMessage("before: -1 (expected: 0 or more)");
    }
}
