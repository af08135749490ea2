// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.api.ApiJson;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiscoveryTest {
    private static final URI SERVER = URI.create("http://127.0.0.1:8470");

    @TempDir
    private Path folder;

    @Test
    void whatRunsIsFoundUntilItEnds() throws Exception {
        Discovery discovery = new Discovery(folder.resolve("run"));
        assertThat(discovery.running()).isEmpty();

        try (Discovery.Announcement announced = discovery.announce(SERVER, Path.of("data"))) {
            assertThat(announced).isNotNull();
            assertThat(discovery.running()).singleElement().satisfies(running -> {
                assertThat(running.server()).isEqualTo(SERVER);
                assertThat(running.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(Path.of(running.data())).isAbsolute();
            });
        }
        assertThat(discovery.running()).isEmpty();
        assertThat(folder.resolve("run")).isEmptyDirectory();
    }

    @Test
    void whoIsGoneDoesNotCount() throws Exception {
        // This process, but begun at another time: its number was given again.
        Discovery.Running gone =
                new Discovery.Running(SERVER, ProcessHandle.current().pid(), Instant.EPOCH.plusSeconds(1), "data");
        Files.write(folder.resolve("1.json"), ApiJson.forClient().writeValueAsBytes(gone));
        Files.writeString(folder.resolve("2.json"), "no JSON");

        assertThat(new Discovery(folder).running()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }
}
