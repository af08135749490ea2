// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.granary.allocator.RunningAllocator;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that change stock, and those that say where it is, on a Granary that runs. */
@ExtendWith(OneEmbedded.class)
class AdminStockIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    private static EmbeddedGranary granary;
    private static Admin admin;
    private static GranaryClient client;

    @BeforeAll
    static void start(EmbeddedGranary running) {
        granary = running;
        admin = Admin.of(running);
        client = running.client();
        assertThat(admin.run("health --wait 60s").code()).isZero();
    }

    @AfterAll
    static void close() {
        client.close();
    }

    private static JsonNode ok(String words) {
        Admin.Said said = admin.run(words + " -o json");
        assertThat(said.code()).as(said.toString()).isZero();
        return said.json();
    }

    private static void refused(int code, String words, String... parts) {
        Admin.Said said = admin.run(words);
        assertThat(said.code()).as(said.toString()).isEqualTo(code);
        assertThat(said.err().lines())
                .as(said.toString())
                .singleElement()
                .asString()
                .contains(parts);
    }

    /** A SKU whose partitions are all open, so that nothing moves by itself any more. */
    private static void createOpen(String sku, int slots, int units) {
        ok("sku create " + sku + " --slots " + slots + " --units " + units);
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode places = ok("explain " + sku).get("partitions");
            assertThat(places).hasSize(slots);
            assertThat(places.findValuesAsText("state")).allMatch(state -> state.matches("SERVING|EXHAUSTED"));
            assertThat(places.findValuesAsText("onTheWay")).hasSize(slots).containsOnly("0");
        });
    }

    @Test
    void creatingAgainDoesNothing() {
        JsonNode created = ok("sku create made --slots 3 --units 500");
        assertThat(created.get("slots").intValue()).isEqualTo(3);
        assertThat(created.get("received").longValue()).isEqualTo(500);

        assertThat(ok("sku create made --slots 3 --units 500").get("received").longValue())
                .isEqualTo(500);
        refused(2, "sku create made --slots 4", "slots: 4 of made (expected: 3");
        refused(2, "sku create made --units 501", "create-made", "used for another update");
    }

    @Test
    void aSkuWithoutUnitsIsSoldOut() throws Exception {
        assertThat(ok("sku create bare").get("state").textValue()).isEqualTo("SOLD_OUT");
        assertThat(client.deductAndWait(new Sku("bare"), RequestId.random(), 1, PATIENCE)
                        .outcome())
                .isIn(Outcome.SOLD_OUT, Outcome.NO_SUCH_SKU);
    }

    @Test
    void aPausedSkuIsSoldWhenItIsResumed() throws Exception {
        Sku sku = new Sku("paused");
        assertThat(ok("sku create paused --units 100 --paused").get("state").textValue())
                .isEqualTo("PAUSED");
        await().atMost(PATIENCE)
                .until(() -> client.deductAndWait(sku, RequestId.random(), 1, Duration.ofMillis(300))
                                .outcome()
                        == Outcome.UNAVAILABLE);

        assertThat(ok("sku resume paused").get("state").textValue()).isEqualTo("SELLING");
        assertThat(client.deductAndWait(sku, RequestId.random(), 1, PATIENCE).outcome())
                .isEqualTo(Outcome.DEDUCTED);

        assertThat(admin.run("sku pause paused").out()).contains("PAUSED");
        await().atMost(PATIENCE)
                .until(() -> client.deductAndWait(sku, RequestId.random(), 1, Duration.ofMillis(300))
                                .outcome()
                        == Outcome.UNAVAILABLE);
    }

    @Test
    void aDeliveryIsAddedOnce() {
        ok("sku create delivered --units 10");
        assertThat(ok("stock restock delivered 5 --update-id d-1")
                        .get("outcome")
                        .textValue())
                .isEqualTo("APPLIED");
        ok("stock restock delivered 5 --update-id d-1");
        assertThat(ok("sku show delivered").at("/sku/received").longValue()).isEqualTo(15);
        assertThat(ok("stock show d-1").get("units").longValue()).isEqualTo(5);
        assertThat(admin.run("stock show d-2").code()).isEqualTo(1);

        assertThat(admin.run("stock restock delivered 1").out()).contains("RESTOCK", "APPLIED");
        assertThat(ok("sku show delivered").at("/sku/received").longValue()).isEqualTo(16);
        refused(2, "stock restock delivered 6 --update-id d-1", "d-1", "used for another update");
    }

    @Test
    void unitsAreWrittenOffOnlyIfThatIsConfirmed() {
        createOpen("counted", 4, 10_000);
        refused(1, "stock adjust counted --by -3", "writes off 3 units", "--yes");
        assertThat(ok("sku show counted").at("/sku/writtenOff").longValue()).isZero();

        ok("stock adjust counted --by -3 --yes");
        ok("stock adjust counted --by 12");
        JsonNode sku = ok("sku show counted").get("sku");
        assertThat(sku.get("writtenOff").longValue()).isEqualTo(3);
        assertThat(sku.get("received").longValue()).isEqualTo(10_012);
        refused(2, "stock adjust counted --by -20000 --yes", "-20000", "inventory");
    }

    @Test
    void unitsGoToPartitionsNow() {
        createOpen("allocated", 4, 10_000);
        JsonNode before = ok("explain allocated");
        long inventory = before.at("/sku/inventory").longValue();
        assertThat(inventory).isPositive();

        JsonNode granted = ok("allocate allocated 101");
        assertThat(granted.get("units").longValue()).isEqualTo(101);
        assertThat(granted.get("inventory").longValue()).isEqualTo(inventory - 101);
        assertThat(admin.run("allocate allocated 7 --slot 2").out()).contains("7 units granted");
        refused(2, "allocate allocated " + inventory, "units: " + inventory, "expected: at most " + (inventory - 108));
        refused(2, "allocate allocated 1 --slot 9", "slot: 9");

        // And their owners hear of it.
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode after = ok("explain allocated");
            long free = 0;
            for (JsonNode place : after.get("partitions")) {
                free += place.get("free").longValue();
            }
            assertThat(free).isEqualTo(before.at("/sku/pool").longValue() + 108);
            assertThat(after.at("/sku/pool").longValue()).isEqualTo(free);
        });
    }

    @Test
    void unitsGoOnceForTheKeyOfACommand() {
        createOpen("keyed", 2, 10_000);
        JsonNode first = ok("allocate keyed 101 --key keyed-1");
        assertThat(first.get("units").longValue()).isEqualTo(101);
        assertThat(ok("allocate keyed 101 --key keyed-1")).isEqualTo(first);
        long inventory = ok("sku show keyed").at("/sku/inventory").longValue();
        assertThat(inventory).isEqualTo(first.get("inventory").longValue());
        refused(2, "allocate keyed 102 --key keyed-1", "keyed-1", "used for ALLOCATE of keyed, 101 units");
        refused(2, "allocate keyed 102 --key é", "--key: 'é' (expected: 1 to 128 visible ASCII characters)");
        ok("allocate keyed 101 --key keyed-2");
        assertThat(ok("sku show keyed").at("/sku/inventory").longValue()).isEqualTo(inventory - 101);
    }

    @Test
    void whoDidWhatIsTold() {
        createOpen("told", 2, 10_000);
        ok("sku pause told");
        ok("allocate told 7 --slot 1");
        ok("stock adjust told --by 12 --update-id count-1");
        refused(2, "stock adjust told --by -20000 --yes --update-id count-2", "inventory");
        ok("sku freeze told");
        ok("task create nightly-told reconcile --every 1h --sku told");

        JsonNode told = ok("sku history told").get("operations");
        assertThat(told.findValuesAsText("kind"))
                .containsExactly("CREATE_TASK", "FREEZE", "ADJUST", "ADJUST", "ALLOCATE", "PAUSE", "RESTOCK", "CREATE");
        assertThat(told.findValuesAsText("outcome"))
                .containsExactly("DONE", "DONE", "DEAD", "APPLIED", "DONE", "DONE", "APPLIED", "DONE");
        assertThat(told.findValuesAsText("who")).containsOnly(System.getProperty("user.name"));
        assertThat(told.get(2).get("reason").textValue()).contains("the inventory");
        assertThat(told.get(4).get("units").longValue()).isEqualTo(7);
        assertThat(told.get(4).get("what").textValue()).isEqualTo("to slot 1");

        JsonNode last = ok("sku history told --limit 1 --before " + told.get(5).get("number"))
                .get("operations");
        assertThat(last.findValuesAsText("kind")).containsExactly("RESTOCK");
        assertThat(admin.run("sku history told").out()).contains("ALLOCATE to slot 1", "count-1", "APPLIED");
        assertThat(ok("sku history --limit 1000").get("operations").findValuesAsText("sku"))
                .contains("told");
        refused(2, "sku history NONE", "sku: 'NONE' (expected: one that is known)");
        refused(2, "sku history told --limit 1001", "--limit: 1001 (expected: 1 to 1000)");
        ok("task delete nightly-told --yes");
    }

    @Test
    void anOrderIsFoundByItsKey() throws Exception {
        createOpen("sold", 1, 50);
        Sku sku = new Sku("sold");
        RequestId id = RequestId.of("order/1 ü");
        assertThat(client.deductAndWait(sku, id, 2, PATIENCE).outcome()).isEqualTo(Outcome.DEDUCTED);

        await().atMost(PATIENCE)
                .until(() -> admin.run("ledger", "show", "sold", "order/1 ü").code() == 0);
        JsonNode found = ok("ledger show sold --id " + id);
        assertThat(found.at("/entry/quantity").intValue()).isEqualTo(2);
        assertThat(found.at("/entry/state").textValue()).isEqualTo("LIVE");
        assertThat(found.get("requestId").textValue()).isEqualTo(id.toString());

        Admin.Said unknown = admin.run("ledger show sold order-2");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.out()).contains("not sold, or not settled yet");
        refused(2, "ledger show NONE order-1", "'NONE'");
        refused(2, "ledger show sold", "KEY, --id: neither");
        refused(2, "ledger show sold key --id " + id, "KEY, --id: both");
        refused(2, "ledger show sold --id 12", "id: '12' (expected: 32 hexadecimal digits)");
    }

    @Test
    void everyUnitIsExplained() throws Exception {
        createOpen("explained", 2, 1_000);
        Sku sku = new Sku("explained");
        for (int i = 0; i < 10; i++) {
            assertThat(client.deductAndWait(sku, RequestId.of("explained-" + i), 3, PATIENCE)
                            .outcome())
                    .isEqualTo(Outcome.DEDUCTED);
        }
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode explained = ok("explain explained");
            assertThat(explained.get("addsUp").booleanValue()).isTrue();
            assertThat(explained.get("ledger").longValue()).isEqualTo(30);
            long free = 0;
            for (JsonNode place : explained.get("partitions")) {
                assertThat(place.get("inFlight").longValue()).isZero();
                free += place.get("free").longValue();
            }
            assertThat(explained.at("/sku/inventory").longValue() + free).isEqualTo(970);
        });
        assertThat(admin.run("explain explained").out()).contains("in flight", "it adds up");
    }

    @Test
    void theBooksAddUp() {
        assertThat(ok("reconcile").get("ok").booleanValue()).isTrue();
        assertThat(admin.run("reconcile").out()).contains("all books add up");
    }

    @Test
    void aSaleIsWatched() {
        ok("sku create watched --units 10");
        String all = admin.run("watch --count 2 --every 100ms --rows 10000").out();
        assertThat(all.lines().filter(line -> line.contains("sold/s"))).hasSize(2);
        assertThat(all).contains("watched").doesNotContain("\u001b");
        assertThat(admin.run("watch watched --count 1").out()).contains("watched", "slot");
        assertThat(ok("watch watched --count 1").at("/sku/received").longValue())
                .isEqualTo(10);
    }

    @Test
    void shellsAreTaught(@TempDir Path folder) throws Exception {
        for (String shell : new String[] {"bash", "zsh"}) {
            Admin.Said said = Admin.bare("completion", shell);
            assertThat(said.code()).isZero();
            Path script = Files.writeString(folder.resolve(shell), said.out());
            assertThat(said.out()).contains("reconcile", "restock");
            // bash understands both: what zsh adds are two commands of its own.
            Process check = new ProcessBuilder("bash", "-n", script.toString())
                    .inheritIO()
                    .start();
            assertThat(check.waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sku create one two           | Unmatched argument",
                "sku create x --slots 0       | slots: 0 (expected: 1 to 1024)",
                "sku create x --units -1      | --units: -1 (expected: 0 to",
                "sku pause NONE               | sku: 'NONE' (expected: one that is known)",
                "sku resume NONE              | sku: 'NONE'",
                "stock restock NONE 1         | sku: 'NONE'",
                "stock restock made many      | 'many'",
                "stock restock idle 0         | units: 0 (expected: 1 to",
                "stock adjust NONE --by 1     | sku: 'NONE'",
                "stock adjust idle --by 0     | units: 0 (expected: other than 0)",
                "allocate NONE 1              | sku: 'NONE'",
                "allocate idle 0              | units: 0 (expected: 1 to",
                "explain NONE                 | sku: 'NONE'",
                "watch NONE                   | sku: 'NONE'",
                "watch --count 0              | --count: 0",
                "watch --every 1ms            | --every: 1 ms (expected: 100 ms to 3600 s)",
                "completion fish              | 'fish'",
                "sku list --server none       | --server",
            })
    void whatCannotBeMeantIsNamed(String words, String named) {
        assertThat(admin.run("sku create idle").code()).isZero();
        Admin.Said said = words.startsWith("completion") || words.contains("--server")
                ? Admin.bare(words.split(" +"))
                : admin.run(words);
        assertThat(said.code()).as(said.toString()).isEqualTo(2);
        assertThat(said.err()).contains(named);
        assertThat(said.err()).doesNotContain("Exception");
    }

    @Test
    void anAllocatorThatDoesNotLeadShowsTheWayAndOneThatStoppedIsNamed() {
        RunningAllocator second = granary.startAllocator();
        Admin follower = new Admin(second.service().api().uri());
        try {
            await().atMost(PATIENCE).until(() -> follower.run("sku list").code() == 0);
            assertThat(follower.run("sku create followed --units 3").out()).contains("followed");
            assertThat(follower.run("health -o json").json().get("leader").textValue())
                    .isEqualTo(granary.allocators().get(0).service().name());
        } finally {
            second.close();
        }
        Admin.Said stopped = follower.run("sku list");
        assertThat(stopped.code()).isEqualTo(3);
        assertThat(stopped.err().lines())
                .singleElement()
                .asString()
                .contains(follower.server().toString());
    }
}
