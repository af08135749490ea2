// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import com.google.common.net.HostAndPort;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.grpc.Outbox.End;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens links over gRPC. The links to one address share a connection, which lives as long as they do; after a fault the
 * next link to the address gets another connection at once, so how often to try is the caller's choice alone.
 *
 * <p>gRPC's own keep-alive takes no interval below 10 s. So each link asks for signs of life: an empty message, which
 * the service's end answers with one, without its listener hearing of it.
 *
 * <p>Listeners are called on the transport's threads without a hand-over (gRPC's direct executor), as one costs more
 * than all the rest and a listener only hops to its loop anyway. A listener that waits holds up every link whose
 * connection is served by the same thread.
 *
 * <p>Thread-safe. Addresses are {@code host:port}.
 *
 * @param <S> what the caller sends
 * @param <R> what the caller receives
 */
public final class GrpcConnector<S, R> implements Connector<S, R> {
    /** Guarded by the connector. */
    private static final class Connection {
        final String address;
        final ManagedChannel channel;
        int links;

        Connection(String address, ManagedChannel channel) {
            this.address = address;
            this.channel = channel;
        }
    }

    private final Rpc<S, R> rpc;
    private final GrpcSettings settings;
    private final ScheduledThreadPoolExecutor pulse;
    // Guarded by this.
    private final Map<String, Connection> connections = new HashMap<>();
    private final Set<ClientLink<S, R>> links = new HashSet<>();
    private boolean closed;

    private GrpcConnector(Rpc<S, R> rpc, GrpcSettings settings) {
        this.rpc = rpc;
        this.settings = settings;
        pulse = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "granary-link-pulse");
            thread.setDaemon(true);
            return thread;
        });
        long interval = settings.keepAlive().toNanos();
        var unused = pulse.scheduleWithFixedDelay(this::beat, interval, interval, TimeUnit.NANOSECONDS);
    }

    /** Links to {@code granary.v1.Deductions}: the bodies of frames, not changed by the sender afterwards. */
    public static GrpcConnector<byte[], byte[]> deductions(GrpcSettings settings) {
        return new GrpcConnector<>(Rpc.DEDUCTIONS, settings);
    }

    /** Links to {@code granary.v1.PartitionControl}. */
    public static GrpcConnector<LeaderMessage, NodeMessage> control(GrpcSettings settings) {
        return new GrpcConnector<>(Rpc.CONTROL, settings);
    }

    /**
     * @throws IllegalStateException if the connector is closed
     */
    @Override
    public Link<S> connect(String address, LinkListener<R> listener) {
        ClientLink<S, R> link;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("connector is closed");
            }
            HostAndPort place = place(address);
            if (place == null) {
                return broken(listener, "address: '" + address + "' (expected: host:port)");
            }
            Connection connection = connections.computeIfAbsent(address, a -> new Connection(a, channel(place)));
            link = new ClientLink<>(
                    rpc,
                    connection.channel.newCall(
                            rpc.method(), CallOptions.DEFAULT.withOnReadyThreshold(Rpc.READY_BELOW_BYTES)),
                    listener,
                    settings,
                    (ended, end) -> release(connection, ended, end));
            connection.links++;
            links.add(link);
        }
        link.start();
        return link;
    }

    private static @Nullable HostAndPort place(String address) {
        try {
            HostAndPort place = HostAndPort.fromString(address);
            return place.hasPort() ? place : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private ManagedChannel channel(HostAndPort place) {
        return NettyChannelBuilder.forAddress(place.getHost(), place.getPort())
                .usePlaintext()
                .directExecutor()
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(settings.maxMessageBytes())
                .withOption(ChannelOption.TCP_NODELAY, true)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.connectTimeout().toMillis())
                .build();
    }

    private synchronized void release(Connection connection, ClientLink<S, R> link, End end) {
        links.remove(link);
        connection.links--;
        if (connection.links == 0 || end.by() != End.By.CLOSE) {
            connections.remove(connection.address, connection);
        }
        if (connection.links == 0) {
            connection.channel.shutdownNow();
        }
    }

    private Link<S> broken(LinkListener<R> listener, String reason) {
        pulse.execute(() -> listener.onBroken(reason));
        return new Link<>() {
            @Override
            public void send(S message) {}

            @Override
            public boolean isReady() {
                return false;
            }

            @Override
            public void close() {}
        };
    }

    private void beat() {
        for (ClientLink<S, R> link : openLinks()) {
            link.beat();
        }
    }

    private synchronized List<ClientLink<S, R>> openLinks() {
        return List.copyOf(links);
    }

    /** Closes all links; their listeners hear of it. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        openLinks().forEach(ClientLink::close);
        pulse.shutdown();
    }
}
