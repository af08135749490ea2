// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.granary.backing.Patience;
import io.granary.config.Configuration;
import io.granary.service.Started;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console's page stays open while allocators die and come back. */
class ConsoleReconnectIT {
    private static final Path LOG = Path.of("target", "console", "reconnect.log");

    @TempDir
    private Path data;

    @TempDir
    private Path profile;

    private static ConditionFactory soon() {
        return await().atMost(Patience.of(Duration.ofMinutes(2))).ignoreExceptions();
    }

    private static void awaitLeader(Browser browser, String name) {
        soon().until(() -> browser.text("#link-text").startsWith("Live · led by " + name + "-"));
        assertThat(browser.find("#lost").isDisplayed()).isFalse();
    }

    private static void awaitLost(Browser browser) {
        soon().until(() -> browser.text("#link-text").equals("Not connected, trying again"));
        assertThat(browser.text("#lost")).contains(" does not answer. Figures are of ");
    }

    /** Whom an allocator names as leader. */
    private static String named(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/console/leader"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aPageSaysThatItIsLostAndFindsTheLeaderByItself() throws Exception {
        Config config = Configuration.parse("granary.allocator.http.port = 0", "test");
        EmbeddedSettings settings = EmbeddedSettings.of(config).withNodes(1).withAllocators(1);
        int port = freePort();
        String address = "127.0.0.1:" + port;
        try (Started started = new Started()) {
            EmbeddedGranary granary = started.add(EmbeddedGranary.start(config, settings, data));
            AllocatorProcess first = started.add(AllocatorProcess.start(granary, "first", port));
            Browser browser = started.add(new Browser(profile, LOG));
            browser.open(granary.apiAddress().resolve("/#/nodes"));
            awaitLeader(browser, "allocator");
            soon().until(() -> browser.text("main").contains(address));

            // It does not come back, and the page says who else there is.
            granary.allocators().get(0).close();
            awaitLost(browser);
            assertThat(browser.accessibilityFaults()).isEmpty();
            assertThat(browser.text("#lost a")).isEqualTo(address);
            soon().until(() -> named(address).startsWith("{\"name\":\"first-"));
            browser.find("#lost a").click();
            awaitLeader(browser, "first");
            assertThat(browser.address()).isEqualTo("http://" + address + "/#/nodes");

            started.add(AllocatorProcess.start(granary, "second", 0));
            soon().until(() -> browser.text("main").contains("second-"));
            first.kill();
            awaitLost(browser);
            // When there is an allocator again where the page came from, it sends the page to the one that leads now.
            started.add(AllocatorProcess.start(granary, "first", port));
            awaitLeader(browser, "second");
            assertThat(browser.address()).doesNotContain(address).endsWith("/#/nodes");
            soon().until(() -> browser.text("main").contains("first-"));
        }
    }
}
