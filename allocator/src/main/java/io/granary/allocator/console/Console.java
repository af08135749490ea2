// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.allocator.api.Area;
import io.granary.allocator.api.Endpoints;
import io.granary.allocator.api.Leadership;
import io.granary.allocator.api.Requests;
import io.granary.metrics.MeterScope;
import io.granary.metrics.Monitoring;
import io.granary.registry.AllocatorEntry;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Map;
import java.util.Optional;

/**
 * The page at /, its events, and beside it what Prometheus and supervisors ask every process. An allocator that does not
 * lead sends the page's reader to the one that does. Thread-safe.
 */
public final class Console implements Area, AutoCloseable {
    private final Leadership leadership;
    private final Monitoring monitoring;
    private final Pages pages = new Pages();
    private final BooksMetrics metrics;
    private final Feed feed;
    private final Events events;

    /**
     * @param meters of this allocator
     * @param topSkus how many of the SKUs that sell most have gauges of their own
     */
    public Console(Leadership leadership, Sources sources, Monitoring monitoring, MeterScope meters, int topSkus) {
        this.leadership = leadership;
        this.monitoring = monitoring;
        metrics = new BooksMetrics(meters);
        feed = new Feed(leadership.self(), sources, topSkus, metrics::take);
        events = new Events(leadership.self(), feed);
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/events", events::handle);
        endpoints.get(
                "/skus/{sku}/history",
                ctx -> ctx.json(feed.history(Requests.sku(ctx).code())));
        JavalinConfig javalin = endpoints.javalin();
        Monitoring.PATHS.forEach(path -> javalin.routes.get(path, ctx -> monitor(ctx, path)));
        javalin.routes.get("/", this::page);
        javalin.routes.get("/console/leader", this::leader);
        javalin.routes.get("/console/{file}", ctx -> pages.serve(ctx, ctx.pathParam("file")));
    }

    /** Begins to read, if this allocator leads. Call once, when it is served: whoever closes it ends the streams of those who read. */
    public void begin() {
        feed.begin();
    }

    private void monitor(Context ctx, String path) {
        Monitoring.Answer answer = monitoring.get(path);
        ctx.status(answer.status())
                .contentType(answer.contentType())
                .header("Cache-Control", "no-store")
                .result(answer.body());
    }

    private void page(Context ctx) {
        Optional<AllocatorEntry> elsewhere = leadership.elsewhere();
        if (elsewhere.isPresent()) {
            ctx.redirect("http://" + elsewhere.get().address() + "/", HttpStatus.TEMPORARY_REDIRECT);
        } else {
            pages.serve(ctx, "index.html");
        }
    }

    /** A page whose stream broke asks where to go; a redirect across hosts would be refused by its own policy. */
    private void leader(Context ctx) {
        ctx.header("Cache-Control", "no-store")
                .json(leadership
                        .elsewhere()
                        .map(entry -> Map.of("name", entry.name(), "address", entry.address()))
                        .orElse(leadership.isHere() ? Map.of("name", leadership.self()) : Map.of()));
    }

    @Override
    public void close() {
        feed.close();
        events.close();
        metrics.close();
    }
}
