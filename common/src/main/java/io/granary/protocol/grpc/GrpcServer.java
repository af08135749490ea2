// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Listens for links to services. Thread-safe. */
public final class GrpcServer implements AutoCloseable {
    private final Server server;
    private final int port;
    private final List<GrpcService<?, ?>> services;
    private final GrpcSettings settings;

    private GrpcServer(Server server, List<GrpcService<?, ?>> services, GrpcSettings settings) {
        this.server = server;
        port = server.getPort();
        this.services = services;
        this.settings = settings;
    }

    /**
     * Starts to listen.
     *
     * @param host the address to bind
     * @param port 0 takes any that is free
     * @throws IOException if the address can't be bound
     */
    public static GrpcServer start(String host, int port, GrpcSettings settings, List<GrpcService<?, ?>> services)
            throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                .directExecutor()
                .maxInboundMessageSize(settings.maxMessageBytes())
                .withChildOption(ChannelOption.TCP_NODELAY, true)
                // gRPC makes this 10 s at least. It is for a caller that is gone; one that stays finds out sooner.
                .keepAliveTime(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        services.forEach(builder::addService);
        return new GrpcServer(builder.build().start(), List.copyOf(services), settings);
    }

    /** The port that it listens, or listened, on. */
    public int port() {
        return port;
    }

    /** Ends all links, waits for them for the grace of the settings, and then cuts the connections. */
    @Override
    public void close() {
        server.shutdown();
        services.forEach(GrpcService::closeLinks);
        try {
            server.awaitTermination(settings.closeGrace().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.shutdownNow();
    }
}
