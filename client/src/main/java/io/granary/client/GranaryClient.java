// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Loop;
import io.granary.concurrent.ThreadLoop;
import io.granary.model.Quantity;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.Connector;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.Routes;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Deducts units of SKUs.
 *
 * <p>A call is told one {@link Outcome}, at the latest when its deadline passes (and up to some ms more). Until then the
 * client asks again whatever may be asked again safely. Calling again with the same request id and quantity is always
 * safe: an id is deducted at most once within its SKU.
 *
 * <p>Exceptions are for misuse only: {@link IllegalArgumentException} for an argument out of its range, {@link
 * ClosedClientException} after {@link #close()}.
 *
 * <p>Thread-safe. One client serves all threads of a process; calls under way at the same time travel together, so many
 * of them cost little more than one.
 */
public final class GranaryClient implements AutoCloseable {
    /** The shortest deadline. */
    public static final Duration DEADLINE_MIN = Duration.ofMillis(1);
    /** The longest deadline. */
    public static final Duration DEADLINE_MAX = Duration.ofHours(1);

    private final Dispatcher dispatcher;
    private final Loop loop;
    private final Runnable closeParts;

    private GranaryClient(Dispatcher dispatcher, Loop loop, Runnable closeParts) {
        this.dispatcher = dispatcher;
        this.loop = loop;
        this.closeParts = closeParts;
    }

    /**
     * A client with default settings.
     *
     * @param zooKeeper the registry's servers, {@code host:port[,host:port…]}
     * @see #connect(RegistrySettings, GrpcSettings, ClientSettings, MeterRegistry)
     */
    public static GranaryClient connect(String zooKeeper) {
        return connect(
                RegistrySettings.of(zooKeeper),
                GrpcSettings.defaults(),
                ClientSettings.defaults(),
                new CompositeMeterRegistry());
    }

    /**
     * A client on threads and connections of its own. It does not wait until the registry is reached: the first calls
     * do, up to their deadlines.
     *
     * @param metrics where the client's meters stand until it is closed; a registry takes those of one client
     */
    public static GranaryClient connect(
            RegistrySettings registry, GrpcSettings grpc, ClientSettings settings, MeterRegistry metrics) {
        SecureRandom random = new SecureRandom();
        CuratorRegistry zooKeeper = CuratorRegistry.start(registry);
        GrpcConnector<byte[], byte[]> connector = GrpcConnector.deductions(grpc);
        ThreadLoop loop = ThreadLoop.start("granary-client");
        return start(
                loop,
                zooKeeper.routes(),
                connector,
                settings,
                new RequestId(random.nextLong(), random.nextLong()),
                metrics,
                () -> {
                    connector.close();
                    zooKeeper.close();
                    loop.close();
                });
    }

    /**
     * A client on parts that somebody else has made and will close after it, such as a simulation.
     *
     * @param loop runs all of the client, and the dependents of its futures
     * @param routes nobody else may listen to
     * @param session tells this client from all others, before and after: random 128 bits
     */
    public static GranaryClient on(
            Loop loop,
            Routes routes,
            Connector<byte[], byte[]> connector,
            ClientSettings settings,
            RequestId session,
            MeterRegistry metrics) {
        return start(loop, routes, connector, settings, session, metrics, () -> {});
    }

    private static GranaryClient start(
            Loop loop,
            Routes routes,
            Connector<byte[], byte[]> connector,
            ClientSettings settings,
            RequestId session,
            MeterRegistry meters,
            Runnable closeParts) {
        ClientMetrics metrics = new ClientMetrics(meters);
        Dispatcher dispatcher =
                new Dispatcher(settings, loop, routes, connector, session.high(), session.low(), metrics);
        dispatcher.start();
        return new GranaryClient(dispatcher, loop, () -> {
            metrics.close();
            closeParts.run();
        });
    }

    /**
     * Deducts units and returns at once.
     *
     * <p>The future completes normally, whatever the outcome. Its dependents run on the client's own thread unless they
     * are asynchronous ones: they must not block. Cancelling it does not call the deduction off.
     *
     * @param id names the deduction for ever: a retry must have the same
     * @param quantity 1 to {@link Quantity#MAX} units
     * @param deadline 1 ms to 1 h from now: when the caller must have an answer
     * @throws IllegalArgumentException if the quantity or the deadline is out of its range
     * @throws ClosedClientException if the client is closed
     */
    public CompletableFuture<DeductionResult> deduct(Sku sku, RequestId id, int quantity, Duration deadline) {
        Quantity.check(quantity);
        if (deadline.compareTo(DEADLINE_MIN) < 0 || deadline.compareTo(DEADLINE_MAX) > 0) {
            throw new IllegalArgumentException("deadline: " + deadline + " (expected: 1 ms to 1 h)");
        }
        Call call = new Call(sku, id.high(), id.low(), quantity, deadline.toNanos());
        dispatcher.submit(call);
        return call.future;
    }

    /**
     * Deducts units and returns at once.
     *
     * @param sku 1 to 64 visible ASCII characters
     * @param key what the caller calls the deduction, such as an order number: its hash is the request id
     * @see #deduct(Sku, RequestId, int, Duration)
     */
    public CompletableFuture<DeductionResult> deduct(String sku, String key, int quantity, Duration deadline) {
        return deduct(new Sku(sku), RequestId.of(key), quantity, deadline);
    }

    /**
     * Deducts units and waits for the outcome.
     *
     * @throws InterruptedException if the caller is interrupted while it waits: the call goes on, and may deduct
     * @throws IllegalStateException if called by a dependent of one of the client's futures, which would wait for itself
     * @see #deduct(Sku, RequestId, int, Duration)
     */
    public DeductionResult deductAndWait(Sku sku, RequestId id, int quantity, Duration deadline)
            throws InterruptedException {
        if (loop.isCurrent()) {
            throw new IllegalStateException("thread: the client's own (expected: another)");
        }
        try {
            return deduct(sku, id, quantity, deadline).get();
        } catch (ExecutionException e) {
            throw new AssertionError("a call never fails", e);
        }
    }

    /**
     * Deducts units and waits for the outcome.
     *
     * @see #deduct(String, String, int, Duration)
     * @see #deductAndWait(Sku, RequestId, int, Duration)
     */
    public DeductionResult deductAndWait(String sku, String key, int quantity, Duration deadline)
            throws InterruptedException {
        return deductAndWait(new Sku(sku), RequestId.of(key), quantity, deadline);
    }

    /**
     * Begins to close: later calls are refused with {@link ClosedClientException}; those under way are answered, the
     * undecided ones after {@link ClientSettings#closeTimeout()} with {@link Outcome#UNKNOWN}.
     *
     * @return completes when all calls are answered
     */
    public CompletableFuture<Void> closeAsync() {
        return dispatcher.close();
    }

    /** On the loop only: how many SKUs something is known of. */
    int knownSkus() {
        return dispatcher.knownSkus();
    }

    /**
     * Closes as {@link #closeAsync()} does, and waits for it, unless a dependent of one of the client's futures calls it.
     * An interrupt ends the waiting, not the closing.
     */
    @Override
    public void close() {
        CompletableFuture<Void> closed = closeAsync();
        if (loop.isCurrent()) {
            var unused = closed.thenRunAsync(closeParts, task -> new Thread(task, "granary-client-close").start());
            return;
        }
        try {
            closed.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new AssertionError("closing never fails", e);
        }
        closeParts.run();
    }
}
