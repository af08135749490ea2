// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.granary.allocator.api.Endpoints.Route;
import io.granary.backing.Patience;
import io.granary.model.Sku;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line and the API that it asks, on a Granary that runs. */
@ExtendWith(OneEmbedded.class)
class AdminIT {
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));
    private static final Sku SKU = new Sku("admin/SHOWN");

    private static EmbeddedGranary granary;
    private static Admin admin;

    @BeforeAll
    static void stock(EmbeddedGranary running) {
        granary = running;
        admin = Admin.of(running);
        assertThat(admin.run("health --wait 60s").code()).isZero();
        restock(SKU, 1_000);
    }

    private static void restock(Sku sku, int units) {
        try (StockFeed feed = granary.stockFeed()) {
            Restocked.with(feed, "admin-it-" + sku, sku, units);
        }
        await().atMost(PATIENCE)
                .until(() -> admin.run("sku", "show", sku.code()).code() == 0);
    }

    @Test
    void healthIsTold() {
        Admin.Said said = admin.run("health");
        assertThat(said.out()).contains("books", "leader", "nodes", "healthy");
        assertThat(said.code()).isZero();

        JsonNode json = admin.run("health -o json").json();
        assertThat(json.get("healthy").booleanValue()).isTrue();
        assertThat(json.get("checks").findValuesAsText("name"))
                .containsExactly("leader", "registry", "books", "nodes", "skus", "lanes", "partitions");
    }

    @Test
    void skusAreListedAndShown() {
        assertThat(admin.run("sku list").out()).contains("inventory", SKU.code(), "1,000");
        assertThat(admin.run("sku list --output json").json().get("skus").findValuesAsText("sku"))
                .contains(SKU.code());

        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonNode shown =
                    admin.run("sku", "show", SKU.code(), "--output=json").json();
            assertThat(shown.at("/sku/actual").longValue()).isEqualTo(1_000);
            assertThat(shown.at("/sku/state").textValue()).isEqualTo("SELLING");
            assertThat(shown.at("/partitions/0/held").longValue()).isEqualTo(1_000);
        });
        assertThat(admin.run("sku", "show", SKU.code()).out()).contains("slot", "epoch", "1,000");
    }

    @Test
    void manySkusComeInPages() {
        restock(new Sku("admin-1"), 1);
        restock(new Sku("admin-2"), 1);

        JsonNode first = admin.run("sku list --limit 1 --after admin-0 -o json").json();
        assertThat(first.get("skus").findValuesAsText("sku")).containsExactly("admin-1");
        assertThat(first.get("next").textValue()).isEqualTo("admin-1");
        assertThat(admin.run("sku list --limit 1 --after admin-0").out()).contains("--after admin-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"A/B%C.D", "..", ".", "%2F", "a;b=c", "a+b", "\"\\|^`{}", "?x=1&y#z", "~!@$()*,:<>[]_'"})
    void aSkuMayHaveAnyVisibleCharacter(String code) {
        restock(new Sku(code), 7);
        assertThat(admin.run("sku", "show", code, "-o", "json")
                        .json()
                        .at("/sku/sku")
                        .textValue())
                .isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sku show NONE", "sku show", "sku list --limit 0", "sku", "sell", "health --wait soon"})
    void whatCannotBeMeantIsRefusedWithOneLine(String words) {
        Admin.Said said = admin.run(words);
        assertThat(said.code()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(said.err().lines()).singleElement().asString().isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-V", "sku --version", "task create -V"})
    void everyCommandTellsItsVersion(String words) {
        Admin.Said said = Admin.bare(words.split(" "));
        assertThat(said.code()).isZero();
        assertThat(said.out()).matches("granary \\d+\\.\\d+\\.\\d+\\S*\\R");
    }

    @Test
    void aWordThatIsNotKnownIsAnsweredWithThoseThatAreLikeIt() {
        assertThat(Admin.bare("explian").err())
                .contains("'explian', did you mean explain")
                .contains("(see granary admin --help)");
    }

    @Test
    void anUnknownSkuIsNamed() {
        assertThat(admin.run("sku show NONE").err().lines())
                .containsExactly("sku: 'NONE' (expected: one that is known)");
    }

    @Test
    void anAllocatorThatIsNotThereEndsWithThree() {
        Admin nobody = new Admin(URI.create("http://127.0.0.1:1"));
        for (String words : new String[] {"health", "sku list", "health --wait 1s"}) {
            Admin.Said said = nobody.run(words);
            assertThat(said.code()).isEqualTo(3);
            assertThat(said.err().lines()).singleElement().asString().contains("http://127.0.0.1:1");
        }
    }

    @Test
    void theDocumentDescribesTheRoutes() throws Exception {
        JsonNode paths =
                new YAMLMapper().readTree(get("/api/v1/openapi.yaml").body()).get("paths");
        Set<Route> documented = new HashSet<>();
        paths.properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (Set.of("get", "post", "put", "delete").contains(method)) {
                        documented.add(new Route(method.toUpperCase(Locale.ROOT), path.getKey()));
                    }
                }));

        assertThat(granary.allocators().get(0).service().api().routes())
                .containsExactlyInAnyOrderElementsOf(documented);
    }

    @Test
    void problemsAreDocuments() throws Exception {
        HttpResponse<String> unknown = get("/api/v1/nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("Content-Type"))
                .get()
                .asString()
                .startsWith("application/problem+json");
        JsonNode problem = new YAMLMapper().readTree(unknown.body());
        assertThat(problem.get("title").textValue()).isEqualTo("Not Found");
        assertThat(problem.get("detail").textValue()).contains("/api/v1/nothing");
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(granary.apiAddress().resolve(path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
