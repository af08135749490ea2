// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.granary.api.ApiPaths;
import io.granary.api.Health;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client makes of what an HTTP server says. */
class ApiTest {
    private static final String HEALTH = "{\"healthy\":true,\"answeredBy\":\"a\",\"checks\":[],\"later\":1}";
    private static final String PROBLEM =
            "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":%d,\"detail\":\"units: 0 (expected: 1)\"}";

    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private Api api(Duration patience) {
        return new Api(address(), "änna", patience);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Health health(Duration patience) {
        return api(patience).get(ApiPaths.of("health"), Health.class);
    }

    private void ends(int code, String line, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AdminException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(code);
            assertThat(e).hasMessageContaining(line);
        });
    }

    @Test
    void keysThatAreNotKnownAreSkippedAndTheUserIsNamed() {
        server.createContext("/api/v1/health", exchange -> {
            boolean named = "?nna".equals(exchange.getRequestHeaders().getFirst(ApiPaths.USER_HEADER));
            answer(exchange, named ? 200 : 500, HEALTH);
        });
        assertThat(health(Duration.ZERO).answeredBy()).isEqualTo("a");
    }

    @Test
    void theKeyOfACommandIsKeptWhileItIsAskedAgain() {
        Set<String> keys = ConcurrentHashMap.newKeySet();
        server.createContext("/api/v1/skus/A/pause", exchange -> {
            keys.add(exchange.getRequestHeaders().getFirst(ApiPaths.KEY_HEADER));
            boolean again = asked.incrementAndGet() < 3;
            answer(exchange, again ? 503 : 200, again ? String.format(PROBLEM, 503) : HEALTH);
        });
        Api api = api(Duration.ofSeconds(10));
        String path = ApiPaths.of("skus", "A", "pause");
        assertThat(api.post(path, Map.of(), Health.class).answeredBy()).isEqualTo("a");
        assertThat(asked.get()).isEqualTo(3);
        assertThat(keys).singleElement().asString().startsWith("admin-");
        api.post(path, Map.of(), Health.class);
        assertThat(keys).hasSize(2);
        api.post(path, "k1", Map.of(), Health.class);
        assertThat(keys).hasSize(3).contains("k1");
    }

    @Test
    void theWayToTheLeaderIsTaken() {
        server.createContext("/api/v1/health", exchange -> {
            exchange.getResponseHeaders().add("Location", address() + "/leader");
            answer(exchange, 307, "");
        });
        server.createContext("/leader", exchange -> answer(exchange, 200, HEALTH));
        assertThat(health(Duration.ZERO).healthy()).isTrue();
    }

    @Test
    void whileNobodyLeadsItIsAskedAgain() {
        server.createContext("/api/v1/health", exchange -> {
            boolean leads = asked.incrementAndGet() > 2;
            answer(exchange, leads ? 200 : 503, leads ? HEALTH : PROBLEM.formatted(503));
        });
        assertThat(health(Duration.ofSeconds(30)).healthy()).isTrue();
        assertThat(asked).hasValue(3);
    }

    @Test
    void butNotForEver() {
        server.createContext("/api/v1/health", exchange -> answer(exchange, 503, PROBLEM.formatted(503)));
        ends(ExitCode.FAILED, "units: 0", () -> health(Duration.ofMillis(300)));
    }

    @Test
    void twoThatSendToEachOtherAreNotFollowedForEver() {
        server.createContext("/api/v1/health", exchange -> {
            exchange.getResponseHeaders().add("Location", address() + "/api/v1/health");
            answer(exchange, 307, "");
        });
        ends(ExitCode.FAILED, "307", () -> health(Duration.ZERO));
    }

    @Test
    void aLeaderThatHasJustEndedIsWaitedOut() {
        server.createContext("/api/v1/health", exchange -> {
            boolean leads = asked.incrementAndGet() > 2;
            // Nobody listens at port 1.
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/api/v1/health");
            answer(exchange, leads ? 200 : 307, leads ? HEALTH : "");
        });
        assertThat(health(Duration.ofSeconds(30)).healthy()).isTrue();
        assertThat(asked).hasValue(3);
        asked.set(Integer.MIN_VALUE);
        ends(ExitCode.FAILED, "http://127.0.0.1:1/", () -> health(Duration.ofMillis(300)));
    }

    @Test
    void whatALeaderMayHaveDoneIsNotAskedForAgain() {
        server.createContext("/api/v1/change", exchange -> {
            asked.incrementAndGet();
            exchange.getResponseHeaders().add("Location", address() + "/leader");
            answer(exchange, 307, "");
        });
        // It takes the request and says nothing.
        server.createContext("/leader", HttpExchange::close);
        ends(
                ExitCode.FAILED,
                address().toString(),
                () -> api(Duration.ofSeconds(30)).post("/api/v1/change", Map.of(), Health.class));
        assertThat(asked).hasValue(1);
    }

    @Test
    void problemsAreTold() {
        server.createContext("/api/v1/health", exchange -> answer(exchange, 409, PROBLEM.formatted(409)));
        ends(ExitCode.BAD_ARGUMENTS, "units: 0 (expected: 1)", () -> health(Duration.ZERO));
    }

    @Test
    void whoIsNoAllocatorIsToldApart() {
        server.createContext("/api/v1/health", exchange -> answer(exchange, 200, "<html>"));
        ends(ExitCode.FAILED, "can't be read", () -> health(Duration.ZERO));
        server.removeContext("/api/v1/health");
        ends(ExitCode.FAILED, "404", () -> health(Duration.ZERO));
    }
}
