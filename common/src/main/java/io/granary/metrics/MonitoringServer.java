// SPDX-License-Identifier: Apache-2.0
package io.granary.metrics;

import com.google.common.net.HttpHeaders;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves {@link Monitoring} where there is no other server: GET and HEAD, two at a time, from a few scrapers. On the JDK's
 * own server, so that a node carries no web framework. Thread-safe.
 */
public final class MonitoringServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING = 64;

    private final HttpServer server;
    private final ExecutorService threads;
    private final String host;

    private MonitoringServer(HttpServer server, ExecutorService threads, String host) {
        this.server = server;
        this.threads = threads;
        this.host = host;
    }

    /**
     * @throws IOException if the address can't be bound; the message names it
     */
    public static MonitoringServer start(HttpAddress at, Monitoring monitoring) throws IOException {
        InetSocketAddress address = new InetSocketAddress(at.host(), at.port());
        HttpServer server;
        try {
            if (address.isUnresolved()) {
                throw new IOException("the address is not known");
            }
            server = HttpServer.create(address, WAITING);
        } catch (IOException e) {
            throw new IOException("http " + at.host() + ":" + at.port() + ": " + e.getMessage(), e);
        }
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING),
                new ThreadFactoryBuilder()
                        .setNameFormat("monitoring-%d")
                        .setDaemon(true)
                        .build(),
                // Beyond that the connection is closed unanswered: scrapers come again.
                new ThreadPoolExecutor.AbortPolicy());
        threads.allowCoreThreadTimeOut(true);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, monitoring));
        server.start();
        return new MonitoringServer(server, threads, at.host());
    }

    private static void answer(HttpExchange exchange, Monitoring monitoring) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            boolean head = method.equals("HEAD");
            if (!head && !method.equals("GET")) {
                exchange.getResponseHeaders().set(HttpHeaders.ALLOW, "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            Monitoring.Answer answer = monitoring.get(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().set(HttpHeaders.CONTENT_TYPE, answer.contentType());
            exchange.getResponseHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : answer.body().length);
            if (!head) {
                exchange.getResponseBody().write(answer.body());
            }
        }
    }

    /** Where it listens: http://host:port. */
    public String url() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
