// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every process answers to those who watch it, whatever server it has: {@code /metrics}, {@code /health/live} (500
 * or nothing: restart it) and {@code /health/ready} (503: send it no work yet). Health is text: one word, then a line for
 * each thing that is wrong.
 *
 * <p>Thread-safe; answers may block for a few seconds.
 */
public final class Monitoring {
    public static final String METRICS = "/metrics";
    public static final String LIVE = "/health/live";
    public static final String READY = "/health/ready";
    /** The paths that are answered. */
    public static final List<String> PATHS = List.of(METRICS, LIVE, READY);

    private static final String TEXT = "text/plain; charset=utf-8";

    /**
     * An answer over HTTP.
     *
     * @param status its code
     * @param contentType its media type
     */
    public record Answer(int status, String contentType, byte[] body) {}

    private final Supplier<String> metrics;
    private final Map<String, HealthCheck> live;
    private final Map<String, HealthCheck> ready;

    /**
     * @param metrics in Prometheus' text format
     * @param live what must be so for the process to live, by its name
     * @param ready what must be so for it to work, by its name
     */
    public Monitoring(Supplier<String> metrics, Map<String, HealthCheck> live, Map<String, HealthCheck> ready) {
        this.metrics = metrics;
        this.live = ImmutableMap.copyOf(live);
        this.ready = ImmutableMap.copyOf(ready);
    }

    /** The answer to GET of a path; 404 for any but {@link #PATHS}. */
    public Answer get(String path) {
        return switch (path) {
            case METRICS ->
                new Answer(200, ProcessMetrics.CONTENT_TYPE, metrics.get().getBytes(UTF_8));
            case LIVE -> health("live", live, 500);
            case READY -> health("ready", ready, 503);
            default -> text(404, path + ": unknown (expected: one of " + String.join(", ", PATHS) + ")\n");
        };
    }

    private static Answer health(String word, Map<String, HealthCheck> checks, int otherwise) {
        StringBuilder problems = new StringBuilder();
        checks.forEach((name, check) -> problem(check)
                .ifPresent(problem ->
                        problems.append(name).append(": ").append(problem).append('\n')));
        return problems.isEmpty() ? text(200, word + "\n") : text(otherwise, "not " + word + "\n" + problems);
    }

    private static Optional<String> problem(HealthCheck check) {
        try {
            return check.problem();
        } catch (RuntimeException e) {
            return Optional.of(e.toString().lines().findFirst().orElse("failed"));
        }
    }

    private static Answer text(int status, String body) {
        return new Answer(status, TEXT, body.getBytes(UTF_8));
    }
}
