// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
    @Test
    void waitsGrowAsSaid() {
        assertThat(Patience.of(Duration.ofSeconds(10), Patience.times("3"))).hasSeconds(30);
        assertThat(Patience.of(Duration.ofSeconds(10), Patience.times("0.5"))).hasSeconds(5);
        assertThat(Patience.of(Duration.ofHours(1), Patience.times("1000"))).hasHours(1_000);
    }

    /** Also where the machine's own patience is set. */
    @Test
    void everyKindOfWaitGrowsAlike() {
        double times = Patience.times(System.getProperty(Patience.PROPERTY, "1"));

        assertThat(Patience.of(Duration.ofSeconds(20))).isEqualTo(Patience.of(Duration.ofSeconds(20), times));
        assertThat(Patience.seconds(20)).isEqualTo((long) (20 * times));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "0", "-1", "NaN", "Infinity", "1001"})
    void whatIsNoPatienceIsRefused(String value) {
        assertThatThrownBy(() -> Patience.times(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("granary.test.patience: " + value + " (expected: a number above 0, at most 1000)");
    }
}
