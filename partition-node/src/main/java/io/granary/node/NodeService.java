// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import io.granary.concurrent.ThreadLoop;
import io.granary.log.StockLog;
import io.granary.metrics.MeterScope;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.server.PartitionNode;
import io.granary.protocol.grpc.GrpcServer;
import io.granary.protocol.grpc.GrpcService;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.NodeRegistration;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running partition node: one incarnation. Killing it loses nothing; closing it only tells others sooner. Thread-safe.
 */
public final class NodeService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeService.class);

    private final String incarnation;
    private final String address;
    private final PartitionNode node;
    private final NodeRegistration registration;
    private final GrpcServer server;
    private final ThreadLoop loop;
    private final ThreadLoop takeoverLoop;
    private final CompletableFuture<String> givenUp;
    private final MeterScope meters;
    private final NodeWatch watch;

    private NodeService(
            String incarnation,
            String address,
            PartitionNode node,
            NodeRegistration registration,
            GrpcServer server,
            ThreadLoop loop,
            ThreadLoop takeoverLoop,
            CompletableFuture<String> givenUp,
            MeterScope meters,
            NodeWatch watch) {
        this.givenUp = givenUp;
        this.meters = meters;
        this.watch = watch;
        this.incarnation = incarnation;
        this.address = address;
        this.node = node;
        this.registration = registration;
        this.server = server;
        this.loop = loop;
        this.takeoverLoop = takeoverLoop;
    }

    /**
     * Starts a node. It serves as soon as the leader of the allocators has given it a lane and partitions.
     *
     * @param log stays the caller's
     * @param registration closed with the node
     * @throws IOException if the address can't be bound
     */
    public static NodeService start(
            NodeSettings settings, StockLog log, NodeRegistration registration, MeterRegistry metrics)
            throws IOException {
        String incarnation = settings.name()
                + "-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        // A fault in a task leaves a state that can't be trusted: the node gives up, and others take over from the log.
        CompletableFuture<String> givenUp = new CompletableFuture<>();
        AtomicReference<@Nullable PartitionNode> running = new AtomicReference<>();
        Consumer<Throwable> giveUp = fault -> giveUp(incarnation, running.get(), fault);
        MeterScope meters = new MeterScope(metrics, "node", settings.name());
        ThreadLoop loop = ThreadLoop.start(incarnation, giveUp);
        ThreadLoop takeoverLoop = ThreadLoop.start(incarnation + "-takeover", giveUp);
        PartitionNode node = new PartitionNode(
                incarnation,
                settings.lane(),
                settings.queueMaxEntries(),
                log,
                loop,
                takeoverLoop,
                registration,
                new LaneMetrics(meters),
                new BegunEpochs(),
                givenUp::complete);
        running.set(node);
        try {
            GrpcSettings grpc = GrpcSettings.defaults();
            GrpcServer server = GrpcServer.start(
                    settings.host(),
                    settings.port(),
                    grpc,
                    List.of(GrpcService.deductions(node.clients(), grpc), GrpcService.control(node.leaders(), grpc)));
            int advertisedPort = settings.advertisedPort() == 0 ? server.port() : settings.advertisedPort();
            String address = settings.advertisedHost() + ":" + advertisedPort;
            node.start(address);
            LOG.info("{} listens on port {}, reached at {}", incarnation, server.port(), address);
            NodeWatch watch = new NodeWatch(node, settings.readyWithin(), meters);
            return new NodeService(
                    incarnation, address, node, registration, server, loop, takeoverLoop, givenUp, meters, watch);
        } catch (IOException | RuntimeException e) {
            registration.close();
            loop.close();
            takeoverLoop.close();
            meters.close();
            throw e;
        }
    }

    private static void giveUp(String incarnation, @Nullable PartitionNode node, Throwable fault) {
        LOG.error("{} gives up", incarnation, fault);
        if (node != null) {
            node.stop("a fault: " + fault);
        }
    }

    /** This start's name. */
    public String incarnation() {
        return incarnation;
    }

    /** host:port of its services. */
    public String address() {
        return address;
    }

    /** What keeps it from living, in a line; empty if nothing does. Blocks for a few seconds at most. */
    public Optional<String> lives() {
        return watch.lives();
    }

    /** What keeps it from serving, in a line; empty if nothing does. Blocks for a few seconds at most. */
    public Optional<String> isReady() {
        return watch.isReady();
    }

    /**
     * Completes with the reason if this incarnation will never serve again, because its lane or its own state can't be
     * trusted any more, and when it is closed. Others take over; whoever runs the node should start another incarnation.
     */
    public CompletableFuture<String> givenUp() {
        return givenUp.copy();
    }

    /**
     * Leaves the registry, so that clients go elsewhere and the leader takes over soon, answers what is open UNKNOWN, and
     * ends. Waits a few seconds at most.
     */
    @Override
    public void close() {
        registration.close();
        node.close();
        server.close();
        takeoverLoop.close();
        loop.close();
        meters.close();
    }
}
