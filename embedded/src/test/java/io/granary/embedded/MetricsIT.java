// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.backing.Patience;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.metrics.ProcessMetrics;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.RegistrySettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is exported after a small sale is what the docs, the dashboard and the alert rules name. */
@ExtendWith(OneEmbedded.class)
class MetricsIT {
    private static final Path ROOT = Path.of("..");
    private static final Sku SKU = new Sku("METRICS/1");
    private static final Pattern NAME = Pattern.compile("\\b(?:granary|jvm|process)_[a-z0-9_]+");

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static EmbeddedGranary granary;
    private static Exported services;
    private static Exported all;

    /** Prometheus' text, read. */
    private static final class Exported {
        final Map<String, String> help = new TreeMap<>();
        final Map<String, String> type = new TreeMap<>();
        final Map<String, Set<String>> labels = new TreeMap<>();
        final Map<String, Double> sums = new TreeMap<>();

        void read(String text) {
            Pattern series = Pattern.compile("([a-zA-Z0-9_:]+)(?:\\{(.*)})? (\\S+)");
            text.lines().forEach(line -> {
                if (line.startsWith("# HELP ")) {
                    String[] parts = line.split(" ", 4);
                    help.put(parts[2], parts.length > 3 ? parts[3] : "");
                } else if (line.startsWith("# TYPE ")) {
                    String[] parts = line.split(" ", -1);
                    type.put(parts[2], parts[3]);
                } else if (!line.isBlank()) {
                    Matcher one = series.matcher(line);
                    assertThat(one.matches()).as(line).isTrue();
                    Set<String> names = labels.computeIfAbsent(one.group(1), name -> new TreeSet<>());
                    if (one.group(2) != null) {
                        Matcher label = Pattern.compile("(\\w+)=\"").matcher(one.group(2));
                        while (label.find()) {
                            names.add(label.group(1));
                        }
                    }
                    sums.merge(one.group(1), Double.parseDouble(one.group(3)), Double::sum);
                }
            });
        }

        /** One row for each of ours: name, kind, labels, what it is. */
        String table() {
            return type.keySet().stream()
                    .filter(name -> name.startsWith("granary_") && !name.endsWith("_max"))
                    .map(name -> {
                        Set<String> names = new TreeSet<>(labels.getOrDefault(
                                type.get(name).equals("histogram") ? name + "_bucket" : name, Set.of()));
                        names.remove("le");
                        return "| `" + name + "` | " + type.get(name) + " | " + String.join(", ", names) + " | "
                                + help.get(name) + " |";
                    })
                    .collect(Collectors.joining("\n"));
        }
    }

    @BeforeAll
    static void sellAFew(EmbeddedGranary running) throws Exception {
        granary = running;
        try (ProcessMetrics shop = new ProcessMetrics();
                StockFeed feed = granary.stockFeed();
                GranaryClient client = GranaryClient.connect(
                        RegistrySettings.of(granary.config()),
                        GrpcSettings.of(granary.config()),
                        ClientSettings.of(granary.config()),
                        shop.registry())) {
            Restocked.with(feed, "metrics", SKU, 20);
            for (int i = 0; i < 10; i++) {
                RequestId id = RequestId.of("order-" + i);
                await().atMost(Patience.of(Duration.ofMinutes(1)))
                        .untilAsserted(() -> assertThat(client.deductAndWait(SKU, id, 1, Duration.ofSeconds(5))
                                        .outcome())
                                .isEqualTo(Outcome.DEDUCTED));
            }
            // The pauses of a collector that has never worked are not exported.
            System.gc();
            await().atMost(Patience.of(Duration.ofSeconds(30))).untilAsserted(() -> {
                Exported now = new Exported();
                now.read(get(allocatorUrl(), "/metrics").body());
                assertThat(now.sums).containsKeys("granary_sku_units", "jvm_gc_pause_seconds_sum");
                assertThat(now.sums.get("granary_settlement_rows_total")).isGreaterThanOrEqualTo(10);
                services = now;
            });
            Exported both = new Exported();
            both.read(get(granary.nodes().get(0).monitoringUrl(), "/metrics").body());
            both.read(shop.scrape());
            all = both;
        }
    }

    private static String allocatorUrl() {
        return granary.apiAddress().toString();
    }

    private static HttpResponse<String> get(String url, String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theTableInTheDocsIsWhatIsExported() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/metrics.md"));
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/metrics-table.md"), all.table() + "\n");

        assertThat(page)
                .as("docs/metrics.md has the table that this test wrote to embedded/target/metrics-table.md")
                .contains("\n" + all.table() + "\n");
    }

    @Test
    void countersSayWhatWasSold() {
        assertThat(services.sums.get("granary_node_sold_units_total")).isGreaterThanOrEqualTo(10);
        assertThat(services.sums)
                .containsEntry("granary_leader_leading", 1.0)
                .containsEntry("granary_settlement_lanes_alarmed", 0.0);
        assertThat(all.sums.get("granary_client_calls_total")).isGreaterThanOrEqualTo(10);
    }

    @Test
    void theDashboardNamesOnlyWhatIsExported() throws IOException {
        JsonNode board = new ObjectMapper()
                .readTree(ROOT.resolve("ops/grafana/granary.json").toFile());
        Set<String> named = new TreeSet<>();
        board.findValuesAsText("expr").forEach(expression -> {
            Matcher name = NAME.matcher(expression);
            while (name.find()) {
                named.add(name.group());
            }
        });

        assertThat(named).hasSizeGreaterThan(30);
        assertThat(all.labels.keySet()).containsAll(named);
    }

    @Test
    void theAlertsNameOnlyWhatIsExportedAndEachHasItsLineInTheDocs() throws IOException {
        String rules = Files.readString(ROOT.resolve("ops/prometheus/granary.rules.yml"));
        String page = Files.readString(ROOT.resolve("docs/operations.md"));
        Set<String> named = new TreeSet<>();
        Matcher name = NAME.matcher(rules.replaceAll("(?m)^\\s*- name: .*$", ""));
        while (name.find()) {
            named.add(name.group());
        }
        assertThat(all.labels.keySet()).containsAll(named);

        Matcher alert =
                Pattern.compile("- alert: (\\w+)(?s:.*?)runbook: (\\S+)").matcher(rules);
        int alerts = 0;
        while (alert.find()) {
            alerts++;
            assertThat(page).as("docs/operations.md").contains("\n#### " + alert.group(1) + "\n");
            assertThat(alert.group(2))
                    .isEqualTo("docs/operations.md#" + alert.group(1).toLowerCase(Locale.ROOT));
        }
        assertThat(alerts).isEqualTo(rules.split("- alert:", -1).length - 1).isGreaterThan(12);
    }

    @Test
    void everyProcessSaysThatItLivesAndIsReady() throws Exception {
        for (String url : new String[] {allocatorUrl(), granary.nodes().get(0).monitoringUrl()}) {
            assertThat(get(url, "/health/live").body()).isEqualTo("live\n");
            assertThat(get(url, "/health/ready").body()).isEqualTo("ready\n");
        }
    }
}
