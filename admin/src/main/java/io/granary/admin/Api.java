// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.granary.api.ApiJson;
import io.granary.api.ApiPaths;
import io.granary.api.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;

/**
 * The allocators' API, asked at one of them; goes on to the one that leads. While nobody leads, as after the end of a
 * leader, it asks again for some seconds. Every call is bounded, and fails with an {@link AdminException}. Thread-safe.
 */
public final class Api {
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final Duration SLOW_ANSWER = Duration.ofMinutes(5);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int MAX_USER = 64;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
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
            HttpResponse<String> response = send(request);
            int status = response.statusCode();
            if (status == 200) {
                return read(response, answer);
            }
            // A redirect that was not followed: two allocators that take each other for the leader.
            boolean nobodyLeads = status == 503 || (status >= 300 && status < 400);
            if (!nobodyLeads || deadline.isOver()) {
                throw refusal(response);
            }
            deadline.pause(PAUSE);
        }
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw AdminException.failed(
                    "no answer from " + server + ": " + why + " (expected: an allocator that runs there)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AdminException.failed("interrupted");
        }
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
