// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.api.ApiPaths;
import io.granary.registry.AllocatorEntry;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where areas register their routes. A route runs on the allocator that leads; another one sends the caller there
 * (307), or says that nobody leads (503). Paths are given without {@link ApiPaths#ROOT}.
 *
 * <p>What a POST sends has to be {@code application/json}: a page of somebody else's, open in an operator's browser, can't
 * send that here.
 */
public final class Endpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

    /** A route, with its whole path. */
    public record Route(String method, String path) {}

    private final JavalinConfig javalin;
    private final Leadership leadership;
    private final List<Route> routes = new ArrayList<>();

    Endpoints(JavalinConfig javalin, Leadership leadership) {
        this.javalin = javalin;
        this.leadership = leadership;
    }

    /** A reading route. */
    public Endpoints get(String path, Handler handler) {
        return add(HandlerType.GET, path, atLeader(handler));
    }

    /** A route that changes something. */
    public Endpoints post(String path, Handler handler) {
        return add(HandlerType.POST, path, atLeader(logged(handler)));
    }

    /** A route that changes something. */
    public Endpoints put(String path, Handler handler) {
        return add(HandlerType.PUT, path, atLeader(logged(handler)));
    }

    /** A route that takes something away. */
    public Endpoints delete(String path, Handler handler) {
        return add(HandlerType.DELETE, path, atLeader(logged(handler)));
    }

    /** A reading route that every allocator answers itself. */
    public Endpoints getAnywhere(String path, Handler handler) {
        return add(HandlerType.GET, path, handler);
    }

    /** For what is not part of the API: pages, metrics. */
    public JavalinConfig javalin() {
        return javalin;
    }

    /** What was registered so far. */
    List<Route> routes() {
        return List.copyOf(routes);
    }

    private Endpoints add(HandlerType method, String path, Handler handler) {
        String whole = ApiPaths.ROOT + path;
        routes.add(new Route(method.name(), whole));
        javalin.routes.addHttpHandler(method, whole, handler);
        return this;
    }

    private static Handler logged(Handler handler) {
        return ctx -> {
            String type = String.valueOf(ctx.contentType());
            if (!type.startsWith("application/json")) {
                throw new ProblemException(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type: " + type + " (expected: application/json)");
            }
            LOG.info("{} {} by {}", ctx.method(), ctx.path(), Requests.who(ctx));
            handler.handle(ctx);
        };
    }

    private Handler atLeader(Handler handler) {
        return ctx -> {
            if (leadership.isHere()) {
                handler.handle(ctx);
            } else {
                showTheWay(ctx);
            }
        };
    }

    private void showTheWay(Context ctx) {
        Optional<AllocatorEntry> leader = leadership.elsewhere();
        if (leader.isEmpty()) {
            throw ProblemException.unavailable("no allocator leads now (expected: one, within seconds)");
        }
        String query = ctx.queryString();
        ctx.redirect(
                "http://" + leader.get().address() + ctx.req().getRequestURI() + (query == null ? "" : "?" + query),
                HttpStatus.TEMPORARY_REDIRECT);
    }
}
