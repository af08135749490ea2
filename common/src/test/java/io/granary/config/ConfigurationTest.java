// SPDX-License-Identifier: Apache-2.0
package io.granary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.protocol.grpc.GrpcSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    private Path directory;

    @Test
    void theDefaultsAreThoseOfTheSettings() {
        Config config = Configuration.defaults();

        assertThat(GrpcSettings.of(config)).isEqualTo(GrpcSettings.defaults());
        assertThat(RocketMqLogSettings.stockLog(config))
                .isEqualTo(RocketMqLogSettings.of("127.0.0.1:9876", "stock-log"));
        assertThat(RocketMqLogSettings.stockUpdates(config).topic()).isEqualTo("stock-update");
        assertThat(RocketMqLogSettings.deadLetters(config).topic()).isEqualTo("stock-update-dead");
    }

    @Test
    void aFileChangesWhatItNames() throws Exception {
        Path file = directory.resolve("granary.conf");
        Files.writeString(file, "granary.links { keep-alive = 500 ms }\nother.program = 1\n");

        GrpcSettings settings = GrpcSettings.of(Configuration.load(file));

        assertThat(settings).isEqualTo(GrpcSettings.defaults().withKeepAlive(Duration.ofMillis(500)));
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> Configuration.load(directory.resolve("none.conf")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("none.conf");
    }

    @Test
    void aSettingThatThereIsNotIsRefusedWithItsPlace() throws Exception {
        Path file = directory.resolve("granary.conf");
        Files.writeString(file, "granary {\n  links {\n    keepalive = 1 s\n  }\n  linsk { a = 1 }\n}\n");

        assertThatThrownBy(() -> Configuration.load(file))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("granary.links.keepalive: unknown setting in ")
                .hasMessageContaining("granary.conf: 3")
                .hasMessageContaining("expected: one of close-grace, connect-timeout, keep-alive")
                .hasMessageContaining("granary.linsk: unknown setting");
    }

    @Test
    void textThatIsNoConfigurationIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Configuration.parse("granary {\n  links = [", "test.conf"))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("test.conf: 2");
    }

    @Test
    void aValueOutOfItsRangeIsRefusedWithItsPlace() {
        Config config = Configuration.parse("granary.links {\n  keep-alive = 2 ms\n}", "test.conf");

        assertThatThrownBy(() -> Configuration.read(config, "granary.links", GrpcSettings::of))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("granary.links.keep-alive: 2 ms (expected: 100 ms to 3600 s) in test.conf: 2");
    }

    @Test
    void aValueOfAnotherKindIsRefusedWithItsPlace() {
        for (String wrong : new String[] {"keep-alive = soon", "keep-alive = {}", "message-max-bytes = 99999999999"}) {
            Config config = Configuration.parse("granary.links {\n  " + wrong + "\n}", "test.conf");
            assertThatThrownBy(() -> Configuration.read(config, "granary.links", GrpcSettings::of))
                    .isInstanceOf(InvalidConfigurationException.class);
        }
    }

    @Test
    void checksNameTheValueAndWhatWasExpected() {
        assertThat(Check.range("n", 3, 1, 3)).isEqualTo(3);
        assertThat(Check.range("d", Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(1)))
                .isEqualTo(Duration.ofSeconds(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.range("n", 0, 1, 3))
                .withMessage("n: 0 (expected: 1 to 3)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.range("x", Double.NaN, 0.0, 1.0))
                .withMessage("x: NaN (expected: 0.0 to 1.0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.range("d", Duration.ofNanos(7), Duration.ofMillis(1), Duration.ofSeconds(90)))
                .withMessage("d: 7 ns (expected: 1 ms to 90 s)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Check.notBlank("s", " "))
                .withMessage("s: ' ' (expected: a text that is not blank)");
    }

    @Test
    void leavesWhatIsAnotherProgramsToThatOne() {
        String others = "granary { allocator.http.port = 0, database.user = books, node.name = node-1 }";

        assertThat(Configuration.parse(others, "shared.conf").getString("granary.database.user"))
                .isEqualTo("books");
    }
}
