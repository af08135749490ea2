// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.log.Append;
import io.granary.log.StockLog;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.record.RecordBuilder;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code granary admin lane} and {@code partition}, on a Granary in whose log stands what no node writes. */
@ExtendWith(OneEmbedded.class)
class HaltAdminIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(60));

    private static EmbeddedGranary granary;
    private static Admin admin;

    @BeforeAll
    static void start(EmbeddedGranary running) {
        granary = running;
        admin = Admin.of(running);
        assertThat(admin.run("health --wait 60s").code()).isZero();
    }

    private static long append(int lane, byte[] record) {
        try (StockLog log = new RocketMqStockLog(RocketMqLogSettings.stockLog(granary.config()))) {
            return await().atMost(PATIENCE)
                    .until(
                            () -> log.append(lane, record).join() instanceof Append.Stored stored
                                    ? stored.offset()
                                    : -1L,
                            offset -> offset >= 0);
        }
    }

    private static JsonNode lane(int number) {
        for (JsonNode lane : admin.run("lane list -o json").json().get("lanes")) {
            if (lane.get("lane").intValue() == number) {
                return lane;
            }
        }
        throw new AssertionError("lane " + number + " is not listed");
    }

    @Test
    void aRecordThatNobodyCanReadStopsItsLaneUntilItIsSkipped() {
        int lane = admin.run("lane list -o json").json().get("lanes").size() - 1;
        long offset = append(lane, new byte[] {1, 2, 3});
        // Settlement looks at what is proven only: somebody writes on.
        append(lane, new RecordBuilder("nobody", 0, offset, 0).build());
        await().atMost(PATIENCE).until(() -> lane(lane).hasNonNull("alarm"));
        assertThat(lane(lane).get("alarm").textValue()).startsWith("the record at " + offset + " can't be applied");
        assertThat(admin.run("reconcile").code()).isEqualTo(1);
        assertThat(admin.run("reconcile").out()).contains("alarms of lane " + lane);
        assertThat(admin.run("health").code()).isEqualTo(1);
        assertThat(admin.run("lane show " + lane + " " + offset).out())
                .contains("3 bytes", "begins with 010203", "can't be read: ");

        assertThat(admin.run("lane skip " + lane + " " + offset + " --reason lost")
                        .code())
                .as("not confirmed")
                .isEqualTo(1);
        Admin.Said other = admin.run("lane skip 0 0 --reason lost --yes");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("expected: a record that can't be read");
        Admin.Said skipped = admin.run("lane skip " + lane + " " + offset + " --reason lost --yes");
        assertThat(skipped.code()).as("%s", skipped).isZero();
        assertThat(skipped.out()).contains("is passed over, as an operator has decided");

        await().atMost(PATIENCE).until(() -> lane(lane).get("settled").longValue() > offset);
        assertThat(lane(lane).hasNonNull("alarm")).isFalse();
        await().atMost(PATIENCE).until(() -> admin.run("health").code() == 0);
        assertThat(admin.run("sku history").out()).containsIgnoringCase("skip");
    }

    /** Somebody else's section in the partition's lane: its seq jumps. */
    @Test
    void aHaltedPartitionIsServedByNobodyUntilItIsRepaired() throws Exception {
        Sku sku = new Sku("halted");
        assertThat(admin.run("sku create halted --units 100 --slots 1").code()).isZero();
        try (GranaryClient client = granary.client()) {
            assertThat(sell(client, sku, "first", 10)).isEqualTo(Outcome.DEDUCTED);
            await().atMost(PATIENCE).until(() -> book(sku).get("consumed").longValue() == 10);
            JsonNode before = book(sku);
            append(
                    before.get("lane").intValue(),
                    new RecordBuilder("nobody", 0, 64)
                            .returned(
                                    new PartitionId(sku, 0), before.get("epoch").longValue(), 99, 5)
                            .build());
            await().atMost(PATIENCE).until(() -> admin.run("health").out().contains("halted/0: halted, 90 units"));

            Admin.Said reconcile = admin.run("reconcile");
            assertThat(reconcile.code()).isEqualTo(1);
            assertThat(reconcile.out()).contains("units locked in halted partitions = 0", "THE BOOKS DO NOT ADD UP");
            await().atMost(PATIENCE).until(() -> repair(91), said -> said.err().contains("at most 90"));
            assertThat(sell(client, sku, "locked", 1)).isNotIn(Outcome.DEDUCTED, Outcome.SOLD_OUT);

            Admin.Said repaired = repair(60);
            assertThat(repaired.code()).as("%s", repaired).isZero();
            await().atMost(PATIENCE).until(() -> sell(client, sku, "rest", 30), Outcome.DEDUCTED::equals);
            assertThat(sell(client, sku, "more", 1)).isNotEqualTo(Outcome.DEDUCTED);
        }
        await().atMost(PATIENCE).until(() -> admin.run("reconcile").code() == 0);
        assertThat(admin.run("sku show halted -o json")
                        .json()
                        .at("/sku/writtenOff")
                        .longValue())
                .isEqualTo(60);
        assertThat(admin.run("sku history halted").out()).containsIgnoringCase("repair");
    }

    private static Admin.Said repair(long units) {
        return admin.run("partition repair halted 0 --consumed " + units + " --reason test --yes");
    }

    private static JsonNode book(Sku sku) {
        return admin.run("sku show " + sku + " -o json").json().at("/partitions/0");
    }

    private static Outcome sell(GranaryClient client, Sku sku, String key, int quantity) throws InterruptedException {
        return client.deductAndWait(sku, RequestId.of(key), quantity, Duration.ofSeconds(3))
                .outcome();
    }
}
