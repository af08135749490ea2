// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.granary.backing.Patience;
import io.granary.model.Sku;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code granary admin task} on a Granary that runs. */
@ExtendWith(OneEmbedded.class)
class TaskAdminIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));
    private static final Sku SKU = new Sku("task/A%B");

    private static Admin admin;

    @BeforeAll
    static void stock(EmbeddedGranary granary) {
        admin = Admin.of(granary);
        assertThat(admin.run("health --wait 60s").code()).isZero();
        try (StockFeed feed = granary.stockFeed()) {
            Restocked.with(feed, "task-admin-it", SKU, 1_000);
        }
        await().atMost(PATIENCE)
                .until(() -> admin.run("sku", "show", SKU.code()).code() == 0);
    }

    private static JsonNode list(String name) {
        for (JsonNode task : admin.run("task list -o json").json().get("tasks")) {
            if (task.get("name").textValue().equals(name)) {
                return task;
            }
        }
        throw new AssertionError("no task " + name);
    }

    @Test
    void aSaleThatIsScheduledOpens() {
        Admin.Said made = admin.run(
                "task", "create", "opening", "open-sale", "--sku", SKU.code(), "--at", "+1s", "--ahead", "0s");
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(made.out()).contains("opening", "OPEN_SALE", SKU.code());
        await().atMost(PATIENCE).until(() -> list("opening").get("state").textValue(), state -> state.equals("OVER"));
        JsonNode runs = admin.run("task history opening -o json").json().get("runs");
        assertThat(runs).hasSize(1);
        assertThat(runs.at("/0/cause").textValue()).isEqualTo("SCHEDULED");
        assertThat(runs.at("/0/outcome").textValue()).isEqualTo("NOTHING");
        assertThat(admin.run("task history opening").out()).contains("was selling already");
    }

    @Test
    void aTaskIsPausedAskedForResumedAndDeleted() {
        admin.run("task", "create", "nightly", "reconcile", "--cron", "30 3 * * *", "--zone", "Europe/Berlin");
        assertThat(list("nightly").get("zone").textValue()).isEqualTo("Europe/Berlin");
        assertThat(admin.run("task pause nightly").out()).contains("PAUSED");

        Admin.Said run = admin.run("task run nightly --wait 30s");
        assertThat(run.out()).contains("ASKED by", "DONE", "no drift");
        assertThat(run.code()).isZero();

        assertThat(admin.run("task resume nightly -o json").json().get("state").textValue())
                .isEqualTo("WAITING");
        assertThat(admin.run("task delete nightly").code()).isEqualTo(1);
        assertThat(admin.run("task delete nightly --yes").code()).isZero();
        assertThat(admin.run("task history nightly").code()).isEqualTo(2);
    }

    @Test
    void whatFailsEndsWithOne() {
        admin.run("task", "create", "drain", "rebalance", "--rebalance", "drain", "--node", "NONE", "--every", "1d");
        Admin.Said run = admin.run("task run drain --wait 30s -o json");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.json().get("outcome").textValue()).isEqualTo("FAILED");
        admin.run("task delete drain --yes");
    }

    @Test
    void aRebalanceThatMakesNoSenseIsRefusedBeforeItsTime() {
        Admin.Said said = admin.run(
                "task", "create", "slots", "rebalance", "--rebalance", "slots", "--sku", SKU.code(), "--every", "1d");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err().lines()).containsExactly("slots: null (expected: 1 to 1024)");
    }

    @Test
    void aTopUpGrants() {
        admin.run("task", "create", "refill", "top-up", "--sku", SKU.code(), "--units", "10", "--every", "15m");
        // One slot: the leader has given it all there is.
        assertThat(admin.run("task run refill --wait 30s").out()).contains("NOTHING");
        admin.run("task delete refill --yes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "task run NONE",
                "task pause NONE",
                "task history NONE",
                "task delete NONE --yes",
                "task create x open-sale --at +1m",
                "task create x open-sale --sku NONE --at +1m",
                "task create x top-up --sku task/A%B --at +1m",
                "task create x/y reconcile --at +1m",
                "task create x reconcile --at 2020-01-01T00:00:00Z",
                "task create x reconcile --at tomorrow",
                "task create x reconcile --every 10ms",
                "task create x reconcile --cron noon",
                "task create x reconcile --every 1h --at +1m",
                "task create x reconcile",
                "task create x sell --at +1m",
                "task create x rebalance --at +1m"
            })
    void whatCannotBeMeantIsRefused(String words) {
        Admin.Said said = admin.run(words);
        assertThat(said.code()).as(said.toString()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).isNotBlank();
    }

    @Test
    void aNameIsTakenOnce() {
        admin.run("task create once reconcile --every 1d");
        Admin.Said said = admin.run("task create once reconcile --every 1d");
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err().lines()).containsExactly("name: 'once' (expected: one that no task has)");
        admin.run("task delete once --yes");
    }

    @Test
    void anAllocatorThatIsNotThereEndsWithThree() {
        assertThat(new Admin(URI.create("http://127.0.0.1:1")).run("task list").code())
                .isEqualTo(3);
    }
}
