// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The demo from end to end, on real services. */
class DemoIT {
    @TempDir
    private Path folder;

    private JsonNode demo(String... arguments) throws Exception {
        Path report = Files.createTempFile(folder, "report", ".json");
        Path data = Files.createTempDirectory(folder, "data");
        int code = new CommandLine(new DemoCommand())
                .execute((String.join(" ", arguments) + " --data " + data + " --report " + report).split(" "));
        JsonNode json = new ObjectMapper().readTree(Files.readString(report));
        assertThat(code).as(json.toPrettyString()).isEqualTo(ExitCode.OK);
        assertThat(data).doesNotExist();
        return json;
    }

    @Test
    void anotherNumberOfCallersAndNodesSellsTheSame() throws Exception {
        JsonNode one = demo("--requests 30000 --seed 5 --callers 700 --nodes 2 --warm-up 1000");
        JsonNode other = demo("--requests 30000 --seed 5 --callers 50 --nodes 1 --warm-up 0");

        for (JsonNode report : new JsonNode[] {one, other}) {
            assertThat(report.get("requests").asLong()).isEqualTo(30_000);
            assertThat(report.get("duplicatesSent").asLong()).isEqualTo(600);
            assertThat(report.get("hotSku").get("deducted").asLong()).isEqualTo(10_000);
            assertThat(report.get("unknown").asLong()).isZero();
            assertThat(report.get("invariantsHold").asBoolean()).isTrue();
            JsonNode units = report.get("units");
            assertThat(units.get("received").asLong())
                    .isEqualTo(units.get("sold").asLong() + units.get("actual").asLong());
        }
        assertThat(soldOfSingleUnitSkus(one)).hasSize(21).isEqualTo(soldOfSingleUnitSkus(other));
    }

    private static Map<String, Long> soldOfSingleUnitSkus(JsonNode report) {
        Map<String, Long> sold = new TreeMap<>();
        report.get("skus").properties().forEach(sku -> {
            if (sku.getValue().get("singleUnitsOnly").asBoolean()) {
                sold.put(sku.getKey(), sku.getValue().get("sold").asLong());
            }
        });
        return sold;
    }

    @Test
    void replaysOrderLines() throws Exception {
        StringBuilder lines = new StringBuilder("InvoiceNo,StockCode,Quantity,InvoiceDate\n");
        for (int i = 0; i < 3_000; i++) {
            lines.append(i)
                    .append(",A/")
                    .append(i % 70)
                    .append(',')
                    .append(1 + i % 13)
                    .append(",2010-12-01\n");
            if (i % 50 == 49) {
                lines.append('C').append(i).append(",A/").append(i % 70).append(",-5,2010-12-01\n");
            }
        }
        lines.append("1,A/1,0,2010-12-01\n1,BANK CHARGES,1,2010-12-01\n1,ONLY-RETURNED,-3,2010-12-01\n");
        Path orders = Files.writeString(folder.resolve("orders.csv"), lines);

        JsonNode report = demo("--callers 100 --warm-up 0 --orders " + orders);

        assertThat(report.get("lines").asLong()).isEqualTo(3_063);
        assertThat(report.get("badLines").get("quantityZero").asLong()).isEqualTo(1);
        assertThat(report.get("badLines").get("skuNotVisibleAscii").asLong()).isEqualTo(1);
        assertThat(report.get("requests").asLong()).isEqualTo(3_000);
        assertThat(report.get("restocks").asLong()).isEqualTo(61);
        assertThat(report.get("skus").get("ONLY-RETURNED").get("actual").asLong())
                .isEqualTo(3);
        assertThat(report.get("oversoldSkus").asLong()).isZero();
        assertThat(report.get("undersoldSkus").asLong()).isZero();
        assertThat(report.get("lostAcknowledgements").asLong()).isZero();
    }
}
