// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RegistrySettingsTest {
    @Test
    void theReferenceIsTheDefault() {
        assertThat(RegistrySettings.of(ConfigFactory.load())).isEqualTo(RegistrySettings.of("127.0.0.1:2181"));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        Duration two = Duration.ofSeconds(2);
        assertThatThrownBy(() -> new RegistrySettings(" ", "/g", two, two)).hasMessageContaining("connect");
        assertThatThrownBy(() -> new RegistrySettings("h:1", "g", two, two))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RegistrySettings("h:1", "/g", Duration.ofMillis(999), two))
                .hasMessage("session-timeout: 999 ms (expected: 1 s to 300 s)");
        assertThatThrownBy(() -> new RegistrySettings("h:1", "/g", two, Duration.ofSeconds(3)))
                .hasMessage("connection-timeout: 3 s (expected: 100 ms to 2 s)");
    }
}
