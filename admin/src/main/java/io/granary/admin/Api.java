// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.granary.api.ApiJson;
import io.granary.api.ApiPaths;
import io.granary.api.Problem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The allocators' API, asked at one of them; goes on to the one that leads. While nobody leads, as after the end of a
 * leader, it asks again for some seconds, but for a change that a leader may have made before it ended. Every call is
 * bounded, and fails with an {@link AdminException}. Thread-safe.
 */
public final class Api {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration SLOW_ANSWER = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int MAX_USER = 64;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            // Not by itself: a leader that is gone is another thing than a server that was never there.
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final JsonMapper json = ApiJson.forClient();
    private final URI server;
    private final String user;
    private final Duration patience;

    /**
     * @param server http://host:port of any allocator
     * @param user who asks, for the records
     * @param patience how long it asks again while nobody leads
     */
    public Api(URI server, String user, Duration patience) {
        this.server = server;
        this.user = user.replaceAll("[^ -~]", "?").substring(0, Math.min(user.length(), MAX_USER));
        this.patience = patience;
    }

    /** The allocator that is asked. */
    public URI server() {
        return server;
    }

    /**
     * Reads.
     *
     * @param path with {@link ApiPaths#ROOT}, encoded; {@link ApiPaths#of} makes it
     */
    public <T> T get(String path, Class<T> answer) {
        return ask(request(path).GET().build(), answer);
    }

    /** Reads what takes long to find out. */
    public <T> T getSlow(String path, Class<T> answer) {
        return ask(request(path).timeout(SLOW_ANSWER).GET().build(), answer);
    }

    /** Changes something. */
    public <T> T post(String path, Object body, Class<T> answer) {
        return post(path, newKey(), body, answer);
    }

    /**
     * Changes something, once for the key, however often it is asked again.
     *
     * @param key 1 to 128 visible ASCII characters
     */
    public <T> T post(String path, String key, Object body, Class<T> answer) {
        return ask(sending(path, key).POST(document(body)).build(), answer);
    }

    /** Changes something. */
    public <T> T put(String path, Object body, Class<T> answer) {
        return ask(sending(path, newKey()).PUT(document(body)).build(), answer);
    }

    /** Takes something away. */
    public <T> T delete(String path, Class<T> answer) {
        return ask(sending(path, newKey()).DELETE().build(), answer);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(ANSWER).header(ApiPaths.USER_HEADER, user);
    }

    private HttpRequest.Builder sending(String path, String key) {
        return request(path).header("Content-Type", "application/json").header(ApiPaths.KEY_HEADER, key);
    }

    /** For one command, kept while it is asked again. */
    private static String newKey() {
        return "admin-" + UUID.randomUUID();
    }

    private HttpRequest.BodyPublisher document(Object body) {
        try {
            return HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a message that can't be written", e);
        }
    }

    private <T> T ask(HttpRequest request, Class<T> answer) {
        Deadline deadline = Deadline.in(patience);
        while (true) {
            AdminException nobodyLeads;
            try {
                HttpResponse<String> response = askLeader(request);
                int status = response.statusCode();
                if (status == 200) {
                    return read(response, answer);
                }
                nobodyLeads = refusal(response);
                // A second redirect: two allocators that take each other for the leader.
                if (status != 503 && !isRedirect(status)) {
                    throw nobodyLeads;
                }
            } catch (LeaderGoneException e) {
                nobodyLeads = noAnswer(e.leader, e.why);
                if (e.mayHaveDoneIt) {
                    throw nobodyLeads;
                }
            }
            if (deadline.isOver()) {
                throw nobodyLeads;
            }
            deadline.pause(PAUSE);
        }
    }

    /** The answer of the allocator that leads, or of the one that is asked if it knows no leader. */
    private HttpResponse<String> askLeader(HttpRequest request) throws LeaderGoneException {
        HttpResponse<String> first;
        try {
            first = send(request);
        } catch (IOException e) {
            throw noAnswer(server, e);
        }
        Optional<String> way = first.headers().firstValue("Location");
        if (!isRedirect(first.statusCode()) || way.isEmpty()) {
            return first;
        }
        URI leader = first.uri().resolve(way.get());
        try {
            return send(HttpRequest.newBuilder(request, (name, value) -> true)
                    .uri(leader)
                    .build());
        } catch (IOException e) {
            boolean reads = request.method().equals("GET");
            throw new LeaderGoneException(leader, e, !reads && !(e instanceof ConnectException));
        }
    }

    /** An allocator has told of a leader that does not answer: it has ended, and the next one is not elected yet. */
    private static final class LeaderGoneException extends Exception {
        private static final long serialVersionUID = 1L;

        private final URI leader;
        private final IOException why;
        private final boolean mayHaveDoneIt;

        LeaderGoneException(URI leader, IOException why, boolean mayHaveDoneIt) {
            super(why);
            this.leader = leader;
            this.why = why;
            this.mayHaveDoneIt = mayHaveDoneIt;
        }
    }

    private static boolean isRedirect(int status) {
        return status >= 300 && status < 400;
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AdminException.failed("interrupted");
        }
    }

    private static AdminException noAnswer(URI asked, IOException failure) {
        String why = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        return AdminException.failed(
                "no answer from " + asked.resolve("/") + ": " + why + " (expected: an allocator that runs there)");
    }

    private <T> T read(HttpResponse<String> response, Class<T> answer) {
        try {
            return json.readValue(response.body(), answer);
        } catch (JsonProcessingException e) {
            throw AdminException.failed("an answer of " + response.uri() + " that can't be read: "
                    + e.getOriginalMessage() + " (expected: an allocator of this version)");
        }
    }

    private AdminException refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        try {
            String detail = json.readValue(response.body(), Problem.class).detail();
            return status >= 400 && status < 500 ? AdminException.badArguments(detail) : AdminException.failed(detail);
        } catch (JsonProcessingException e) {
            return AdminException.failed(
                    response.uri() + " answers with HTTP status " + status + " (expected: an allocator that leads)");
        }
    }
}
