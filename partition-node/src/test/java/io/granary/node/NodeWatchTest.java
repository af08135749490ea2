// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.concurrent.ThreadLoop;
import io.granary.log.Append;
import io.granary.log.InMemoryStockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.server.PartitionNode;
import io.granary.proto.AssignLane;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ForwardingLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of a node to those who watch it, while its log holds records back. */
class NodeWatchTest {
    private static final Duration SOON = Duration.ofMillis(100);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MeterScope meters = new MeterScope(registry);
    private final HoldingLog log = new HoldingLog();
    private final ThreadLoop loop = ThreadLoop.start("watched");
    private final ThreadLoop takeoverLoop = ThreadLoop.start("watched-takeover");
    private final PartitionNode node = new PartitionNode(
            "watched-1",
            new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000),
            4_096,
            log,
            loop,
            takeoverLoop,
            new Unregistered(),
            new LaneMetrics(meters),
            new BegunEpochs(),
            reason -> {});
    private final NodeWatch watch = new NodeWatch(node, SOON, meters);
    private final LinkListener<LeaderMessage> orders = node.leaders().accept(new Heard<>());

    @AfterEach
    void close() {
        loop.close();
        takeoverLoop.close();
    }

    private void join() {
        orders.onMessage(LeaderMessage.newBuilder()
                .setLeader(Leader.newBuilder().setName("leader").setTerm(1))
                .build());
        orders.onMessage(LeaderMessage.newBuilder()
                .setAssignLane(AssignLane.newBuilder().setLane(0))
                .build());
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void withoutALaneItIsNotReady() {
        assertThat(watch.lives()).isEmpty();
        assertThat(watch.isReady()).hasValue("it has no lane yet: the leader of the allocators gives it one");

        join();
        await().untilAsserted(() -> assertThat(watch.isReady()).isEmpty());
    }

    @Test
    void aRecordThatIsNotStoredMakesItUnready() {
        join();
        await().untilAsserted(() -> assertThat(watch.isReady()).isEmpty());
        orders.onMessage(LeaderMessage.newBuilder()
                .setOpen(Open.newBuilder()
                        .addPartitions(OpenPartition.newBuilder()
                                .setSku("SKU")
                                .setSlot(0)
                                .setEpoch(1)
                                .setGranted(10)))
                .build());
        await().untilAsserted(() -> assertThat(node.census().join().poolUnits()).isEqualTo(10));

        log.hold();
        Heard<byte[]> heard = new Heard<>();
        LinkListener<byte[]> client = node.clients().accept(heard);
        client.onMessage(new ClientFrame.Open(1, 1, 1).encode());
        // Only a stream that was welcomed may ask.
        await().until(() -> !heard.messages.isEmpty());
        client.onMessage(deduction());
        await().untilAsserted(() ->
                assertThat(watch.isReady()).get().asString().startsWith("a record has been under way for "));
        assertThat(watch.lives()).isEmpty();

        log.release();
        await().untilAsserted(() -> assertThat(watch.isReady()).isEmpty());
        await().untilAsserted(() -> assertThat(gauge("granary.node.pool.units")).isEqualTo(9));
        assertThat(gauge("granary.lane.waiting")).isZero();
        assertThat(registry.get("granary.node.partitions")
                        .tag("state", "serving")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("granary.node.answers")
                        .tag("answer", "DEDUCTED")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("granary.node.frame").timer().count()).isPositive();
        assertThat(registry.get("granary.node.sold.units").counter().count()).isEqualTo(1);
    }

    private static byte[] deduction() {
        return new ClientFrame.Builder()
                .begin(1)
                .group(new PartitionId(new Sku("SKU"), 0), 1)
                .entry(1, 1, 1)
                .build();
    }

    @Test
    void aLoopThatHangsDoesNotLive() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                hangs.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        Optional<String> lives = watch.lives();
        hangs.countDown();

        assertThat(lives).hasValue("its loop has not answered within 5 s");
        assertThat(watch.lives()).isEmpty();
    }

    /** Stores at once, or not until it is released. */
    private static final class HoldingLog extends ForwardingLog {
        private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

        HoldingLog() {
            super(new InMemoryStockLog(1));
        }

        void hold() {
            gate = new CompletableFuture<>();
        }

        void release() {
            gate.complete(null);
        }

        @Override
        public CompletableFuture<Append> append(int lane, byte[] record) {
            return gate.thenCompose(open -> super.append(lane, record));
        }
    }

    private static final class Heard<S> implements Link<S> {
        final Queue<S> messages = new ConcurrentLinkedQueue<>();

        @Override
        public void send(S message) {
            messages.add(message);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {}
    }
}
