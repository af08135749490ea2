// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.api.ApiJson;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.json.JavalinJackson;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Answers HTTP. Thread-safe. */
public final class ApiServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 1 << 20;
    private static final int IDLE_MILLIS = 60_000;
    /** Those that accept and select; the others answer. */
    private static final int NETWORK_THREADS = 2;

    private final Javalin javalin;
    private final HttpSettings settings;
    private final List<Endpoints.Route> routes;

    private ApiServer(Javalin javalin, HttpSettings settings, List<Endpoints.Route> routes) {
        this.javalin = javalin;
        this.settings = settings;
        this.routes = routes;
    }

    /**
     * Listens from now on.
     *
     * @throws IllegalStateException if the address can't be bound
     */
    public static ApiServer start(HttpSettings settings, Leadership leadership, List<Area> areas) {
        Endpoints[] endpoints = new Endpoints[1];
        Javalin javalin = Javalin.create(config -> {
            configure(config, settings, leadership.self());
            endpoints[0] = register(config, leadership, areas);
        });
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new IllegalStateException(
                    "granary.allocator.http: " + settings.host() + ":" + settings.port() + " can't be bound", e);
        }
        return new ApiServer(javalin, settings, endpoints[0].routes());
    }

    private static Endpoints register(JavalinConfig config, Leadership leadership, List<Area> areas) {
        Endpoints endpoints = new Endpoints(config, leadership);
        endpoints.getAnywhere(
                "/openapi.yaml", ctx -> ctx.contentType("application/yaml").result(document()));
        areas.forEach(area -> area.register(endpoints));
        Problems.register(config.routes);
        return endpoints;
    }

    private static void configure(JavalinConfig config, HttpSettings settings, String name) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = MAX_REQUEST_BYTES;
        config.jsonMapper(new JavalinJackson(ApiJson.forServer(), false));
        QueuedThreadPool threads = new QueuedThreadPool(settings.threads() + NETWORK_THREADS, 1);
        threads.setReservedThreads(0);
        threads.setName(name + "-http");
        threads.setDaemon(true);
        config.jetty.threadPool = threads;
        // Closes at once: who asks comes again, and waiting for kept connections would take a second.
        config.jetty.modifyServer(server -> server.setStopTimeout(0));
        config.jetty.addConnector((server, http) -> connector(server, http, settings));
        config.jetty.modifyHttpConfiguration(ApiServer::allowAnySku);
        config.jetty.modifyServletContextHandler(ApiServer::decodeAnySku);
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, HttpSettings settings) {
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        return connector;
    }

    /** Codes of SKUs have slashes, percent signs, dots: encoded in a path they mean themselves. */
    private static void allowAnySku(HttpConfiguration http) {
        http.setUriCompliance(UriCompliance.RFC3986.with(
                "granary",
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
                UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
                UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
        http.setSendServerVersion(false);
    }

    private static void decodeAnySku(ServletContextHandler context) {
        context.getServletHandler().setDecodeAmbiguousURIs(true);
    }

    private static String document() {
        try (InputStream resource = ApiServer.class.getResourceAsStream("openapi.yaml")) {
            if (resource == null) {
                throw new IllegalStateException("openapi.yaml is not on the class path");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where others reach it: {@code http://host:port}. */
    public URI uri() {
        return URI.create("http://" + address());
    }

    /** Where others reach it: host:port. */
    public String address() {
        int port = settings.advertisedPort() == 0 ? javalin.port() : settings.advertisedPort();
        return settings.advertisedHost() + ":" + port;
    }

    /** Every route of the API. */
    public List<Endpoints.Route> routes() {
        return routes;
    }

    /** Ends, and what is under way with it. */
    @Override
    public void close() {
        javalin.stop();
    }
}
