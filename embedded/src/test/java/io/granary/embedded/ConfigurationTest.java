// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.granary.client.ClientSettings;
import io.granary.node.NodeSettings;
import io.granary.registry.curator.RegistrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("granary.conf");
    }

    private Config load(String text) throws IOException {
        Files.writeString(file, text);
        return Configuration.load(file);
    }

    @Test
    void theDefaultsSuitEveryService() {
        Config config = Configuration.load(null);

        assertThat(EmbeddedSettings.of(config).nodes()).isEqualTo(2);
        assertThat(NodeSettings.of(config).host()).isEqualTo("127.0.0.1");
        assertThat(RegistrySettings.of(config).root()).isEqualTo("/granary");
        assertThat(ClientSettings.of(config)).isEqualTo(ClientSettings.defaults());
    }

    @Test
    void aFileChangesWhatItNames() throws IOException {
        Config config = load("granary { embedded.nodes = 3, node.port = 4711 }");

        assertThat(EmbeddedSettings.of(config).nodes()).isEqualTo(3);
        assertThat(EmbeddedSettings.of(config).allocators()).isEqualTo(1);
        assertThat(NodeSettings.of(config).port()).isEqualTo(4711);
    }

    @Test
    void aSettingThatThereIsNotIsRefused() {
        assertThatThrownBy(() -> load("granary { embedded { nodes = 3, knots = 2 }, partition.node = 1 }"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("granary.embedded.knots")
                .hasMessageContaining("granary.partition.node")
                .hasMessageNotContaining("granary.embedded.nodes");
    }

    @Test
    void aFileWithoutSettingsOfGranaryIsRefused() {
        assertThatThrownBy(() -> load("nodes = 3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: settings under granary");
    }

    @Test
    void aFileThatCannotBeReadIsRefused() {
        assertThatThrownBy(() -> Configuration.load(folder.resolve("none.conf")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.conf");
        assertThatThrownBy(() -> load("granary {"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("granary.conf");
    }

    @Test
    void valuesOutOfRangeAreRefused() throws IOException {
        Config config = load("granary.embedded.nodes = 65");

        assertThatThrownBy(() -> EmbeddedSettings.of(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nodes: 65 (expected: 1 to 64)");
    }
}
