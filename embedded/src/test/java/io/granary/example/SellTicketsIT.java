// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.granary.embedded.Admin;
import io.granary.embedded.EmbeddedGranary;
import io.granary.embedded.ModuleClassPath;
import io.granary.embedded.OneEmbedded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The program of the README runs on the client and what the client brings, and on nothing else. */
@ExtendWith(OneEmbedded.class)
class SellTicketsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Path PROGRAM = Path.of("src/test/java/io/granary/example/SellTickets.java");

    @Test
    void sellsWithTheClientsClassPathAlone(EmbeddedGranary granary) {
        assertThat(Admin.of(granary)
                        .run("sku create TICKET --units 200 --slots 1")
                        .code())
                .isZero();

        // The first runs may come before the SKU is open. The same orders get the same answers.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(run(granary)).isEqualTo("Sold two tickets to each of 100 orders\n"));
    }

    /** What it writes to both of its outputs, but for what slf4j says of the logging that an application chooses. */
    private static String run(EmbeddedGranary granary) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        ModuleClassPath.of("client"),
                        PROGRAM.toString(),
                        granary.backing().zooKeeperConnectString())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.replaceAll("SLF4J\\(W\\).*\n", "");
    }
}
