// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Sku WARM = new Sku("WARM");
    private static final Sku A = new Sku("A");

    private final ToyShop shop = new ToyShop(Runnable::run);

    private Report sell(int unitsOfA) throws Exception {
        Orders.Builder builder = new Orders.Builder();
        builder.request(WARM, RequestId.of("w"), 1);
        for (int i = 0; i < 10; i++) {
            builder.request(A, RequestId.of("a" + i), 2);
        }
        builder.again(1);
        Orders orders = builder.build(1);
        Journal journal = new Journal(orders.size());
        shop.receive(WARM, 5);
        shop.receive(A, unitsOfA);
        WallClock clock = WallClock.now();
        new Sale(orders, journal, shop, Duration.ZERO).run(0, orders.size(), 1, ended -> {});
        Books books = shop.books();
        Audit.Result result = new Audit(orders, journal, new long[] {5, 15}, clock).check(books);
        return new Report(
                new Report.Setting("test", 12, Map.of(BadLine.BAD_DATE, 2L), 80, 7, 1, 2, 1),
                orders,
                journal,
                books,
                result,
                new Report.Lag(Duration.ofMillis(3), Duration.ofMillis(9)),
                new Machine(2, 0.5, Duration.ofSeconds(1)),
                false);
    }

    @Test
    void hasTheKeysThatStay(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("new/report.json");
        sell(15).write(file);

        JsonNode json = new ObjectMapper().readTree(Files.readString(file));

        assertThat(json.get("lines").asLong()).isEqualTo(12);
        assertThat(json.get("badLines").get("badDate").asLong()).isEqualTo(2);
        assertThat(json.get("requests").asLong()).isEqualTo(10);
        assertThat(json.get("duplicatesSent").asLong()).isEqualTo(1);
        assertThat(json.get("deducted").asLong()).isEqualTo(7);
        assertThat(json.get("refusedSoldOut").asLong()).isZero();
        assertThat(json.get("refusedInsufficient").asLong()).isEqualTo(3);
        assertThat(json.get("unknown").asLong()).isZero();
        assertThat(json.get("units").get("received").asLong()).isEqualTo(15);
        assertThat(json.get("units").get("sold").asLong()).isEqualTo(14);
        assertThat(json.get("units").get("inventory").asLong()).isEqualTo(1);
        assertThat(json.get("units").get("pool").asLong()).isZero();
        assertThat(json.get("units").get("actual").asLong()).isEqualTo(1);
        assertThat(json.get("warmUp").get("units").get("sold").asLong()).isEqualTo(1);
        assertThat(json.get("oversoldSkus").asLong()).isZero();
        assertThat(json.get("undersoldSkus").asLong()).isZero();
        assertThat(json.get("lostAcknowledgements").asLong()).isZero();
        assertThat(json.get("invariantsHold").asBoolean()).isTrue();
        assertThat(json.get("deductionsPerSecond").asLong()).isPositive();
        assertThat(json.get("latencyMillis").get("p50").isNumber()).isTrue();
        assertThat(json.get("latencyMillis").get("p99").isNumber()).isTrue();
        assertThat(json.get("settlementLagMillis").asLong()).isEqualTo(3);
        assertThat(json.get("hotSku").get("sku").asText()).isEqualTo("A");
        assertThat(json.get("hotSku").get("requestsPerSecond").asLong()).isPositive();
        assertThat(json.get("skus").get("A").get("sold").asLong()).isEqualTo(14);
        assertThat(json.get("skus").has("WARM")).isFalse();
    }

    @Test
    void theLastLineIsTheVerdict() throws Exception {
        Report passed = sell(15);
        assertThat(passed.passed()).isTrue();
        assertThat(passed.toText().strip().lines()).last().asString().startsWith("PASS");

        // The same units arrive a second time: received is not what was sent.
        Report failed = sell(15);
        assertThat(failed.passed()).isFalse();
        assertThat(failed.toText()).contains("WRONG: 2 SKUs whose received units are not those that were sent");
        assertThat(failed.toText().strip().lines()).last().asString().startsWith("FAIL");
    }
}
