// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MonitoringServerTest {
    private static final HttpAddress ANYWHERE = new HttpAddress("127.0.0.1", 0);

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());
    private MonitoringServer server;

    @BeforeEach
    void start() throws IOException {
        Map<String, HealthCheck> checks = Map.of("lane", problem::get);
        server = MonitoringServer.start(ANYWHERE, new Monitoring(() -> "some_metric 1.0\n", checks, checks));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void metricsArePrometheusText() throws Exception {
        HttpResponse<String> answer = send("GET", "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue(ProcessMetrics.CONTENT_TYPE);
        assertThat(answer.body()).isEqualTo("some_metric 1.0\n");
    }

    @Test
    void allIsWell() throws Exception {
        assertThat(send("GET", "/health/live").body()).isEqualTo("live\n");
        assertThat(send("GET", "/health/ready").body()).isEqualTo("ready\n");
    }

    @Test
    void whatIsWrongIsSaidInALine() throws Exception {
        problem.set(Optional.of("it has no lane yet"));

        HttpResponse<String> ready = send("GET", "/health/ready");
        HttpResponse<String> live = send("GET", "/health/live");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).isEqualTo("not ready\nlane: it has no lane yet\n");
        assertThat(live.statusCode()).isEqualTo(500);
        assertThat(live.body()).isEqualTo("not live\nlane: it has no lane yet\n");
    }

    @Test
    void aCheckThatFailsIsAProblem() throws Exception {
        server.close();
        HealthCheck failing = () -> {
            throw new IllegalStateException("the books are away");
        };
        server = MonitoringServer.start(
                ANYWHERE, new Monitoring(() -> "", Map.of("books", failing), Map.of("books", failing)));

        assertThat(send("GET", "/health/ready").body())
                .isEqualTo("not ready\nbooks: java.lang.IllegalStateException: the books are away\n");
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertThat(send("GET", "/").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/x").body())
                .isEqualTo("/x: unknown (expected: one of /metrics, /health/live, /health/ready)\n");
        HttpResponse<String> post = send("POST", "/metrics");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<String> answer = send("HEAD", "/metrics");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        int port = URI.create(server.url()).getPort();

        assertThatThrownBy(() -> MonitoringServer.start(
                        new HttpAddress("127.0.0.1", port), new Monitoring(() -> "", Map.of(), Map.of())))
                .isInstanceOf(IOException.class)
                .hasMessage("http 127.0.0.1:" + port + ": Address already in use");
    }
}
