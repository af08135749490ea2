// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StartingLogTest {
    @Test
    void itIsWaitedForUntilItIsThere() {
        LateLog log = new LateLog(2, 7);
        assertThat(StartingLog.lanes(log, Duration.ofMinutes(1))).isEqualTo(7);
        assertThat(log.asked()).isEqualTo(3);
    }

    @Test
    void butNotForEver() {
        LateLog log = new LateLog(Integer.MAX_VALUE, 7);
        assertThatThrownBy(() -> StartingLog.lanes(log, Duration.ofMillis(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the stock log did not say how many lanes it has within 0 s"
                        + " (expected: a name server and a broker with its topic): nobody is there");
    }

    @Test
    void whoIsInterruptedEnds() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> StartingLog.lanes(new LateLog(1, 7), Duration.ofMinutes(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
