// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.granary.backing.Patience;
import io.granary.model.Sku;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rebalancing, drains, freezes and plans, by the command line, on a Granary that runs. */
@ExtendWith(OneEmbedded.class)
class RebalanceAdminIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(60));

    private static EmbeddedGranary granary;
    private static Admin admin;

    @BeforeAll
    static void begin(EmbeddedGranary running) {
        granary = running;
        admin = Admin.of(running);
        assertThat(admin.run("health --wait 60s").code()).isZero();
    }

    private static String sku(String code, int units) {
        try (StockFeed feed = granary.stockFeed()) {
            Restocked.with(feed, "rebalance-it-" + code, new Sku(code), units);
        }
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(shown(code).at("/sku/pool").longValue()).isPositive());
        return code;
    }

    private static JsonNode shown(String sku) {
        Admin.Said said = admin.run("sku", "show", sku, "-o", "json");
        return said.code() == 0 ? said.json() : MissingNode.getInstance();
    }

    private static JsonNode applied(String... words) {
        String[] all = new String[words.length + 6];
        all[0] = "rebalance";
        all[1] = "apply";
        System.arraycopy(words, 0, all, 2, words.length);
        all[words.length + 2] = "--wait";
        all[words.length + 3] = "60s";
        all[words.length + 4] = "-o";
        all[words.length + 5] = "json";
        Admin.Said said = admin.run(all);
        assertThat(said.err()).isEmpty();
        assertThat(said.code()).as(said.out()).isZero();
        return said.json();
    }

    @Test
    void slotsAreAddedEvenedOutGatheredAndRemoved() {
        String sku = sku("reb/A B%".replace(' ', '-'), 9_000);
        JsonNode plan = admin.run("rebalance", "plan", "slots", sku, "--slots", "3", "-o", "json")
                .json();
        assertThat(plan.get("possible").booleanValue()).isTrue();
        assertThat(plan.get("moveCount").intValue()).isPositive();
        assertThat(plan.at("/moves/0/why").textValue()).contains("its share of 3 slots");
        assertThat(shown(sku).at("/sku/slots").intValue()).isEqualTo(1);

        JsonNode slots = applied("slots", sku, "--slots", "3");
        assertThat(slots.at("/rebalance/state").textValue()).isEqualTo("DONE");
        assertThat(slots.at("/rebalance/who").textValue()).isNotBlank();
        assertThat(shown(sku).get("partitions")).hasSize(3);

        assertThat(applied("even", sku).at("/rebalance/state").textValue()).isEqualTo("DONE");
        JsonNode gathered = applied("gather", sku, "--slot", "1");
        assertThat(gathered.at("/rebalance/slot").intValue()).isEqualTo(1);
        assertThat(shown(sku).at("/partitions/1/held").longValue()).isEqualTo(9_000);
        assertThat(applied("follow-demand", sku).at("/rebalance/reason").textValue())
                .contains("no slot has sold anything");
        applied("slots", sku, "--slots", "1");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(shown(sku).at("/partitions/0/held").longValue())
                                .isEqualTo(9_000));
        assertThat(admin.run("rebalance", "status", "--sku", sku).out())
                .contains("slots", "gather", "follow-demand", "DONE");
    }

    @Test
    void thePartitionsOfASkuAreSpreadOverTheNodes() {
        String sku = sku("reb-level", 4_000);
        applied("slots", sku, "--slots", "4");
        JsonNode level = applied("level", sku);
        assertThat(level.at("/rebalance/state").textValue()).isEqualTo("DONE");
        assertThat(level.at("/rebalance/reason").textValue())
                .isEqualTo("its 4 partitions are spread over the 2 nodes that can have any");
        Map<String, Long> owned = shown(sku).get("partitions").findValuesAsText("node").stream()
                .collect(Collectors.groupingBy(node -> node, Collectors.counting()));
        assertThat(owned.values()).containsExactly(2L, 2L);

        JsonNode plan =
                admin.run("rebalance", "plan", "level", sku, "-o", "json").json();
        assertThat(plan.get("possible").booleanValue()).isTrue();
        assertThat(plan.get("moveCount").intValue()).isZero();
        assertThat(plan.get("reason").textValue())
                .isEqualTo("no node owns two more of its 4 partitions than another one");
    }

    @Test
    void everythingGoesHomeAndStaysThere() {
        String sku = sku("reb-home", 500);
        applied("home", sku);
        assertThat(shown(sku).at("/sku/inventory").longValue()).isEqualTo(500);
        JsonNode plan = admin.run("sku", "plan", sku, "-o", "json").json();
        assertThat(plan.get("frozen").booleanValue()).isTrue();
        assertThat(shown(sku).at("/sku/frozen").booleanValue()).isTrue();
        assertThat(admin.run("sku", "show", sku).out()).containsPattern("reb-home\\W+SELLING\\W+yes");
        Admin.Said refused = admin.run("rebalance", "apply", "even", sku);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err().lines())
                .containsExactly("sku: 'reb-home' is frozen (expected: one that is not; unfreeze it first)");
        assertThat(admin.run("rebalance", "plan", "even", sku).code()).isEqualTo(1);

        assertThat(admin.run("sku", "unfreeze", sku).code()).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(shown(sku).at("/sku/pool").longValue()).isEqualTo(500));
        assertThat(shown(sku).at("/sku/frozen").booleanValue()).isFalse();
        assertThat(admin.run("sku", "freeze", sku).out()).contains("freeze", "DONE");
        assertThat(admin.run("sku", "unfreeze", sku).code()).isZero();
    }

    @Test
    void aPlanIsChangedBitByBit() {
        String sku = sku("reb-plan", 100);
        admin.run("sku", "plan", sku, "--first", "1000", "--horizon", "5s");
        JsonNode plan = admin.run("sku", "plan", sku, "--ceiling-percent", "20", "-o", "json")
                .json()
                .get("plan");
        assertThat(plan.get("firstUnits").longValue()).isEqualTo(1_000);
        assertThat(plan.get("horizonMillis").longValue()).isEqualTo(5_000);
        assertThat(plan.get("ceilingPercent").intValue()).isEqualTo(20);
        assertThat(admin.run("sku", "plan", sku, "--reset", "-o", "json").json().get("plan"))
                .isEmpty();
        assertThat(admin.run("sku", "plan", sku).out()).contains("as the settings say");
    }

    @Test
    void aNodeIsDrainedAndUndrained() {
        String sku = sku("reb-drain", 50);
        JsonNode nodes = admin.run("node list -o json").json().get("nodes");
        assertThat(nodes).hasSize(2);
        String incarnation = shown(sku).at("/partitions/0/node").textValue();
        String node = incarnation.substring(0, incarnation.lastIndexOf('-'));
        assertThat(admin.run("rebalance", "plan", "drain", node).out()).contains("reb-drain", "another node");

        Admin.Said drained = admin.run("node", "drain", node, "--wait", "60s");
        assertThat(drained.code()).as(drained.toString()).isZero();
        assertThat(drained.out()).contains("DONE", "0 of");
        assertThat(shown(sku).at("/partitions/0/node").textValue()).isNotEqualTo(incarnation);
        assertThat(shown(sku).at("/partitions/0/epoch").longValue()).isEqualTo(2);
        assertThat(admin.run("node list").out()).contains("by ");

        String other = nodes.findValuesAsText("node").stream()
                .filter(name -> !name.equals(node))
                .findAny()
                .orElseThrow();
        Admin.Said last = admin.run("node", "drain", other);
        assertThat(last.code()).isEqualTo(2);
        assertThat(last.err()).contains("expected: one beside which another is ready and not drained");

        assertThat(admin.run("node", "undrain", node).code()).isZero();
        assertThat(admin.run("node", "undrain", node).err().lines())
                .containsExactly("node: '" + node + "' is not drained (expected: one that is)");
    }

    /** What is refused by hand is refused to a task, and to whoever asks the API, with the same words. */
    @Test
    void theLastNodeAndAnUnknownOneAreDrainedByNoDoor() throws Exception {
        List<String> nodes = admin.run("node list -o json").json().get("nodes").findValuesAsText("node");
        assertThat(admin.run("node", "drain", nodes.get(0), "--wait", "60s").code())
                .isZero();
        try {
            String line = "node: '" + nodes.get(1) + "' (expected: one beside which another is ready and not drained)";
            assertDrainedByNoDoor(nodes.get(1), 409, line);
            assertDrainedByNoDoor("nobody", 404, "node: 'nobody' (expected: one that lives, by its configured name)");
            JsonNode all = admin.run("node list -o json").json().get("nodes");
            assertThat(all.findValuesAsText("drained")).containsExactlyInAnyOrder("true", "false");
            assertThat(admin.run("health").code()).isZero();
        } finally {
            admin.run("node", "undrain", nodes.get(0));
        }
    }

    private static void assertDrainedByNoDoor(String node, int status, String line) throws Exception {
        assertThat(admin.run("node", "drain", node).err().lines()).containsExactly(line);
        assertThat(admin.run("rebalance", "apply", "drain", node).err().lines()).containsExactly(line);
        for (String path : List.of("nodes/" + node + "/drain", "rebalances")) {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(admin.server().resolve("/api/v1/" + path))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(
                                            path.equals("rebalances")
                                                    ? "{\"kind\": \"DRAIN\", \"node\": \"" + node + "\"}"
                                                    : ""))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(new ObjectMapper().readTree(answer.body()).get("detail").textValue())
                    .isEqualTo(line);
        }
        admin.run("task", "create", "doors", "rebalance", "--rebalance", "drain", "--node", node, "--every", "1d");
        JsonNode run = admin.run("task run doors --wait 30s -o json").json();
        assertThat(run.get("outcome").textValue()).isEqualTo("FAILED");
        assertThat(run.get("detail").textValue()).isEqualTo(line);
        admin.run("task delete doors --yes");
    }

    @ParameterizedTest
    @CsvSource({
        "rebalance apply even NONE, sku: 'NONE' (expected: one that was restocked before)",
        "node drain NONE, 'node: ''NONE'' (expected: one that lives, by its configured name)'",
        "rebalance status 999999, rebalance: 999999 (expected: one that was applied)",
        "rebalance stop 999999, rebalance: 999999 (expected: one that was applied)",
        "rebalance apply slots NONE, slots: null (expected: 1 to 1024)",
        "sku freeze NONE, sku: 'NONE' (expected: one that was restocked before)",
        "sku plan NONE, sku: 'NONE' (expected: one that was restocked before)"
    })
    void whatCannotBeMeantIsRefusedWithOneLine(String words, String line) {
        Admin.Said said = admin.run(words);
        assertThat(said.err().lines()).containsExactly(line);
        assertThat(said.code()).isEqualTo(2);
    }

    @Test
    void anUnknownKindIsNamed() {
        Admin.Said said = admin.run("rebalance apply sideways SKU");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("'sideways' (expected: even, follow-demand");
    }
}
