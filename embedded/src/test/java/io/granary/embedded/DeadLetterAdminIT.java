// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code granary admin dead-letters}, and releases, on a Granary that runs. */
@ExtendWith(OneEmbedded.class)
class DeadLetterAdminIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    private static EmbeddedGranary granary;
    private static Admin admin;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(EmbeddedGranary running) {
        granary = running;
        admin = Admin.of(running);
        assertThat(admin.run("health --wait 60s").code()).isZero();
    }

    private static JsonNode letterOf(String updateId) {
        for (JsonNode letter : admin.run("dead-letters list -o json").json().get("deadLetters")) {
            if (letter.path("updateId").asText().equals(updateId)) {
                return letter;
            }
        }
        return MissingNode.getInstance();
    }

    private static long figure(Sku sku, String name) {
        Admin.Said said = admin.run("sku", "show", sku.code(), "-o", "json");
        return said.code() == 0 ? said.json().at("/sku/" + name).longValue() : -1;
    }

    @Test
    void aDeadLetterIsListedCorrectedAndReplayed() throws Exception {
        Sku sku = new Sku("dead/letter");
        try (StockFeed feed = granary.stockFeed()) {
            String broken = "{\"updateId\":\"dead-it-1\",\"kind\":\"RESTOCK\",\"sku\":\"" + sku + "\",\"units\":0}";
            assertThat(feed.send(sku.code(), broken).join()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> letterOf("dead-it-1").has("id"));
        String id = letterOf("dead-it-1").get("id").asText();
        assertThat(admin.run("dead-letters list").out()).contains("dead-it-1", "units: 0 (expected: 1 to");

        Admin.Said same = admin.run("dead-letters replay " + id);
        assertThat(same.code()).isEqualTo(2);
        assertThat(same.err()).contains("it needs a corrected document");

        Path corrected = folder.resolve("corrected.json");
        Files.writeString(corrected, new StockUpdate("dead-it-1", StockUpdate.Kind.RESTOCK, sku, 12).toJson());
        Admin.Said replayed = admin.run("dead-letters", "replay", id, "--document", corrected.toString(), "-o", "json");
        assertThat(replayed.code()).as(replayed.err()).isZero();
        assertThat(replayed.json().get("replays").intValue()).isEqualTo(1);
        assertThat(replayed.json().get("replayedBy").textValue()).isNotBlank();
        await().atMost(PATIENCE).until(() -> figure(sku, "received"), units -> units == 12);
    }

    @Test
    void aCancelledOrderCanBeSoldAgain() throws Exception {
        Sku sku = new Sku("dead/released");
        try (StockFeed feed = granary.stockFeed();
                GranaryClient client = granary.client()) {
            Restocked.with(feed, "released-it", sku, 1);
            // A SKU is known some moments after its first stock was sent.
            await().atMost(PATIENCE)
                    .until(
                            () -> client.deductAndWait(sku, RequestId.of("first"), 1, Duration.ofSeconds(2))
                                    .outcome(),
                            Outcome.DEDUCTED::equals);
            await().atMost(PATIENCE).until(() -> figure(sku, "sold"), units -> units == 1);
            String release =
                    "{\"updateId\":\"cancel-it\",\"kind\":\"RELEASE\",\"sku\":\"" + sku + "\",\"order\":\"first\"}";
            assertThat(feed.send(sku.code(), release).join()).isTrue();
            await().atMost(PATIENCE)
                    .until(
                            () -> client.deductAndWait(sku, RequestId.of("second"), 1, Duration.ofSeconds(2))
                                    .outcome(),
                            Outcome.DEDUCTED::equals);
            // The same answer for ever, but no unit.
            assertThat(client.deductAndWait(sku, RequestId.of("first"), 1, PATIENCE)
                            .outcome())
                    .isEqualTo(Outcome.DEDUCTED);
            await().atMost(PATIENCE).until(() -> figure(sku, "sold"), units -> units == 1);
            assertThat(figure(sku, "received")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dead-letters replay 999999999",
                "dead-letters replay x",
                "dead-letters list --limit 0",
                "dead-letters replay 1 --document no-such-file.json"
            })
    void whatCannotBeMeantIsRefused(String words) {
        Admin.Said said = admin.run(words);
        assertThat(said.code()).as(said.toString()).isEqualTo(2);
        assertThat(said.err()).isNotBlank();
    }

    @Test
    void anAllocatorThatIsNotThereEndsWithThree() {
        assertThat(new Admin(URI.create("http://127.0.0.1:1"))
                        .run("dead-letters list")
                        .code())
                .isEqualTo(3);
    }
}
