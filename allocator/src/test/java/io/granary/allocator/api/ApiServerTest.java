// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.granary.api.ApiPaths;
import io.granary.config.Check;
import io.granary.registry.AllocatorEntry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.ibatis.exceptions.PersistenceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server, with routes of the test's own. */
class ApiServerTest {
    /** What the test's route reads. */
    record Order(String name, long units) {
        Order {
            Check.range("units", units, 1, 9);
        }
    }

    private static final HttpSettings SETTINGS = new HttpSettings("127.0.0.1", 0, "127.0.0.1", 0, 4);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Leadership leadership = new Leadership("self");
    private ApiServer server;

    @BeforeEach
    void start() {
        server = ApiServer.start(
                SETTINGS,
                leadership,
                List.of(endpoints -> endpoints
                        .get(
                                "/echo/{sku}",
                                ctx -> ctx.json(Map.of("sku", Requests.sku(ctx).code())))
                        .get("/fail", ctx -> {
                            throw new IllegalStateException("broken");
                        })
                        .get("/books", ctx -> {
                            throw new PersistenceException("away");
                        })
                        .get("/conflict", ctx -> {
                            throw ProblemException.conflict("state: NEW\n(expected: OLD)");
                        })
                        .get("/number", ctx -> ctx.json(Requests.number(ctx, "n", 5, 1, 9)))
                        .getAnywhere("/anywhere", ctx -> ctx.json("here"))
                        .post(
                                "/orders",
                                ctx -> ctx.json(Map.of(
                                        "who", Requests.who(ctx),
                                        "units", Requests.body(ctx, Order.class).units())))));
        leadership.setHere(true);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(server.uri().resolve(path));
    }

    private HttpResponse<String> order(String body) throws IOException, InterruptedException {
        return send(at("/api/v1/orders")
                .header("Content-Type", "application/json")
                .header("Granary-User", "anna")
                .POST(BodyPublishers.ofString(body)));
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"A/B%C.D", ".", "..", "a;b", "a+b", "%2F", "\\", "?&#", "\"<>^`{|}", "[]:@!$'()*,=~"})
    void aSkuIsReadAsItWasMeant(String code) throws Exception {
        HttpResponse<String> response = send(at(ApiPaths.of("echo", code)));
        assertThat(json(response).path("sku").textValue()).as(response.body()).isEqualTo(code);
    }

    @Test
    void whoDoesNotLeadShowsTheWay() throws Exception {
        leadership.setHere(false);
        leadership.setNamed(Optional.of(new AllocatorEntry("other", "127.0.0.1:9")));

        HttpResponse<String> response = send(at(ApiPaths.of("echo", "A/B%C.D") + "?x=%2F"));

        assertThat(response.statusCode()).isEqualTo(307);
        assertThat(response.headers().firstValue("Location"))
                .hasValue("http://127.0.0.1:9/api/v1/echo/A%2FB%25C.D?x=%2F");
        assertThat(send(at("/api/v1/anywhere")).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutALeaderTheAnswerIsLater() throws Exception {
        leadership.setHere(false);
        assertThat(send(at("/api/v1/number")).statusCode()).isEqualTo(503);

        leadership.setNamed(Optional.of(new AllocatorEntry("self", server.address())));
        assertThat(send(at("/api/v1/number")).statusCode()).isEqualTo(503);

        leadership.setNamed(Optional.of(new AllocatorEntry("older", "")));
        assertThat(send(at("/api/v1/number")).statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/v1/echo/%20        | 400 | sku: ' ' (expected: 1 to 64 visible ASCII characters)",
                "/api/v1/number?n=x      | 400 | n: 'x' (expected: 1 to 9)",
                "/api/v1/number?n=10     | 400 | n: 10 (expected: 1 to 9)",
                "/api/v1/nothing         | 404 | path: '/api/v1/nothing' (expected: one that openapi.yaml describes)",
                "/api/v1/orders          | 405 | method: GET of /api/v1/orders (expected: one that openapi.yaml describes)",
                "/api/v1/conflict        | 409 | state: NEW (expected: OLD)",
                "/api/v1/books           | 503 | the books can't be used now: away",
            })
    void problemsNameTheValue(String path, int status, String detail) throws Exception {
        HttpResponse<String> response = send(at(path));
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type"))
                .get()
                .asString()
                .startsWith("application/problem+json");
        assertThat(json(response).get("status").intValue()).isEqualTo(status);
        assertThat(json(response).get("detail").textValue()).isEqualTo(detail);
    }

    @Test
    void aFaultIsTold() throws Exception {
        HttpResponse<String> response = send(at("/api/v1/fail"));
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(json(response).get("detail").textValue()).contains("broken");
    }

    @Test
    void whoAsksIsKnown() throws Exception {
        JsonNode answer = json(order("{\"name\":\"a\",\"units\":3}"));
        assertThat(answer.get("who").textValue()).isEqualTo("anna");
        assertThat(answer.get("units").intValue()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"units\":10}              | units: 10 (expected: 1 to 9)",
                "{\"units\":1,\"count\":2}   | count: unknown key (expected: one of name, units)",
                "{\"units\":\"many\"}        | units: Cannot deserialize",
                "{\"units\":1.5}             | units: Cannot coerce",
                "{}                          | units: Cannot map",
                "{\"units\"                  | body: no JSON document",
                "[1]                         | body: Cannot deserialize",
            })
    void documentsThatCannotBeMeantAreRefused(String body, String detail) throws Exception {
        HttpResponse<String> response = order(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(json(response).get("detail").textValue()).startsWith(detail);
    }

    @Test
    void aFormOfSomebodyElsesPageIsRefused() throws Exception {
        HttpResponse<String> response = send(at("/api/v1/orders")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{\"units\":1}")));
        assertThat(response.statusCode()).isEqualTo(415);
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        int port = URI.create("http://" + server.address()).getPort();
        assertThatThrownBy(() -> ApiServer.start(SETTINGS.at(port), leadership, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }
}
