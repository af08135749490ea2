// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The other end of a {@link Child}: answers requests until there are no more. Used by one thread. */
public final class Requests {
    /** Answered by all. */
    static final String STARTED = "started";

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Answers one kind of request.
     *
     * @param <B> what comes with it
     */
    public interface Handler<B> {
        /** The answer; null if there is nothing to say. */
        @Nullable
        Object answer(B body) throws Exception;
    }

    private record Route<B>(Class<B> body, Handler<B> handler) {
        @Nullable
        Object answer(JsonNode given) throws Exception {
            return handler.answer(JSON.treeToValue(given, body));
        }
    }

    private final Map<String, Route<?>> routes = new HashMap<>();
    private final PrintStream out = System.out;

    /** What the program prints from now on is its log. */
    public Requests() {
        System.setOut(System.err);
        on(STARTED, JsonNode.class, nothing -> null);
    }

    public <B> Requests on(String request, Class<B> body, Handler<B> handler) {
        routes.put(request, new Route<>(body, handler));
        return this;
    }

    /** Returns when the input ends. */
    public void answerAll() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
            out.flush();
        }
    }

    private ObjectNode answer(JsonNode line) {
        ObjectNode answer = JSON.createObjectNode();
        try {
            String request = line.get("request").asText();
            Route<?> route = routes.get(request);
            if (route == null) {
                throw new IllegalArgumentException(
                        "request: " + request + " (expected: one of " + routes.keySet() + ")");
            }
            answer.set("body", JSON.valueToTree(route.answer(line.get("body"))));
        } catch (Exception e) {
            e.printStackTrace();
            answer.put("fault", e.toString());
        }
        return answer;
    }
}
