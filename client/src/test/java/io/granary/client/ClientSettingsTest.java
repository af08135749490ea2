// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientSettingsTest {
    private static ClientSettings with(String setting) {
        return ClientSettings.of(
                ConfigFactory.parseString("granary.client." + setting).withFallback(ConfigFactory.load()));
    }

    @Test
    void theDefaultsAreInReferenceConf() {
        assertThat(ClientSettings.defaults().maxCalls()).isEqualTo(65_536);
        assertThat(ClientSettings.defaults().backoffMax()).isEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @CsvSource({
        "max-calls = 15, maxCalls: 15",
        "max-calls = 1000001, maxCalls: 1000001",
        "window-entries = 0, windowEntries: 0",
        "window-entries = 1000001, windowEntries: 1000001",
        "backoff-min = 0 ms, backoffMin: 0 s",
        "backoff-max = 1 ms, backoffMax: 1 ms",
        "backoff-max = 61 s, backoffMax: 61 s",
        "reconnect-max = 1 ms, reconnectMax: 1 ms",
        "welcome-timeout = 1 ms, welcomeTimeout: 1 ms",
        "close-timeout = 2 minutes, closeTimeout: 120 s"
    })
    void aValueOutOfItsRangeIsRefusedWithTheRange(String setting, String message) {
        assertThatThrownBy(() -> with(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("(expected: ");
    }

    @Test
    void theEndsOfTheRangesAreAllowed() {
        assertThat(with("max-calls = 16").maxCalls()).isEqualTo(16);
        assertThat(with("close-timeout = 0").closeTimeout()).isZero();
    }
}
