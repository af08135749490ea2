// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.concurrent.Loop;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.proto.CeilingsKept;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionReport;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is in reach, by what is heard of a node and by what the registry says of it. */
final class RollCallTest implements NodeSession.Events, Connector<LeaderMessage, NodeMessage> {
    private static final Duration UNREACHABLE_AFTER = Duration.ofSeconds(5);

    /** What is due comes late by the time that it slept. */
    private static final class SleepyLoop implements Loop {
        private final ManualLoop loop = new ManualLoop();
        private long sleptNanos;

        void sleep(Duration time) {
            sleptNanos += time.toNanos();
        }

        void pass(Duration time) {
            loop.pass(time);
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return loop.schedule(delay, task);
        }

        @Override
        public long nanoTime() {
            return loop.nanoTime() + sleptNanos;
        }

        @Override
        public long currentTimeMillis() {
            return nanoTime() / 1_000_000;
        }

        @Override
        public boolean isCurrent() {
            return loop.isCurrent();
        }
    }

    private final SleepyLoop loop = new SleepyLoop();
    private final Nodes nodes = new Nodes(Duration.ofSeconds(1));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> told = new ArrayList<>();
    private final RollCall rollCall = new RollCall(
            loop,
            nodes,
            UNREACHABLE_AFTER,
            new LeaderMetrics(new MeterScope(meters)),
            node -> told.add("out of reach"),
            node -> {
                told.add("gone");
                nodes.remove(node.incarnation());
                node.close();
            });
    private final NodeSession node = new NodeSession(
            "n-1",
            "n:1",
            loop,
            this,
            ControlMessages.greeting("leader", 1),
            session -> CompletableFuture.completedFuture(Optional.empty()),
            Duration.ofMillis(100),
            UNREACHABLE_AFTER,
            this);

    private final List<LinkListener<NodeMessage>> links = new ArrayList<>();
    private boolean answers = true;
    private String whoIsThere = "n-1";

    @BeforeEach
    void begin() {
        nodes.put(node);
        node.connect();
        rollCall.begin();
    }

    @Override
    public Link<LeaderMessage> connect(String address, LinkListener<NodeMessage> listener) {
        links.add(listener);
        return new Link<>() {
            @Override
            public void send(LeaderMessage message) {
                if (answers && message.hasLeader()) {
                    listener.onMessage(NodeMessage.newBuilder()
                            .setNode(
                                    Node.newBuilder().setIncarnation(whoIsThere).setLane(-1))
                            .build());
                } else if (answers) {
                    listener.onMessage(NodeMessage.newBuilder()
                            .setCeilingsKept(CeilingsKept.newBuilder())
                            .build());
                }
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private void pass(int seconds) {
        loop.pass(Duration.ofSeconds(seconds));
    }

    private double unreachable() {
        return meters.get("granary.leader.nodes.unreachable").gauge().value();
    }

    @Test
    void whoAnswersIsInReachHoweverLongNothingElseHappens() {
        pass(600);
        assertThat(told).isEmpty();
        assertThat(links).hasSize(1);
        assertThat(unreachable()).isZero();
    }

    @Test
    void whoIsSilentIsOutOfReachUntilItIsHeard() {
        pass(1);
        answers = false;
        pass(4);
        assertThat(told).isEmpty();
        pass(2);
        assertThat(told).containsExactly("out of reach", "link lost");
        assertThat(node.isOutOfReach()).isTrue();
        assertThat(unreachable()).isEqualTo(1);

        answers = true;
        pass(20);
        assertThat(told).containsExactly("out of reach", "link lost", "heard again");
        assertThat(node.isOutOfReach()).isFalse();
        assertThat(unreachable()).isZero();
    }

    @Test
    void whoNeverAnswersIsOutOfReachAndConnectedToAgainMoreAndMoreSeldom() {
        answers = false;
        pass(6);
        assertThat(told).containsExactly("out of reach", "link lost");
        assertThat(links).hasSize(2);
        pass(10);
        assertThat(links).hasSize(3);
        pass(600);
        assertThat(told).doesNotContain("gone").containsOnlyOnce("out of reach");
        assertThat(links).hasSizeBetween(12, 15);
    }

    @Test
    void aLinkThatBreaksIsOutOfReachAfterTheSameTime() {
        pass(1);
        answers = false;
        links.get(0).onBroken("the port is closed");
        pass(4);
        assertThat(told).containsExactly("link lost");
        pass(2);
        assertThat(told).startsWith("link lost", "out of reach");
    }

    @Test
    void whoAnswersInItsPlaceDoesNotCount() {
        pass(1);
        whoIsThere = "n-2";
        links.get(0).onBroken("the process is dead");
        pass(6);
        assertThat(told).contains("out of reach");
        assertThat(node.isOutOfReach()).isTrue();
    }

    @Test
    void aLeaderThatSleptBlamesNobodyForIt() {
        pass(1);
        loop.sleep(Duration.ofMinutes(1));
        pass(4);
        assertThat(told).isEmpty();

        answers = false;
        pass(6);
        assertThat(told).startsWith("out of reach");
    }

    @Test
    void whoIsHeardButNotRegisteredStaysForAsLongAndThenIsGone() {
        pass(1);
        rollCall.unregistered(node);
        pass(4);
        rollCall.unregistered(node);
        assertThat(told).isEmpty();
        pass(2);
        assertThat(told).containsExactly("gone");
    }

    @Test
    void whoRegistersAgainStays() {
        pass(1);
        rollCall.unregistered(node);
        pass(4);
        node.register();
        pass(600);
        assertThat(told).isEmpty();
    }

    @Test
    void whoIsNeitherHeardNorRegisteredIsGoneAtOnce() {
        pass(1);
        answers = false;
        pass(3);
        rollCall.unregistered(node);
        assertThat(told).containsExactly("gone");
    }

    @Test
    void whoIsNotRegisteredAndLosesItsLinkIsGoneAtOnce() {
        pass(1);
        rollCall.unregistered(node);
        links.get(0).onBroken("the process is dead");
        pass(0);
        assertThat(told).containsExactly("link lost", "gone");
    }

    @Test
    void whoFallsSilentWhileItIsNotRegisteredIsGoneSoon() {
        pass(1);
        rollCall.unregistered(node);
        answers = false;
        pass(3);
        assertThat(told).containsExactly("gone");
    }

    // ---- What the node's session tells

    @Override
    public void onLinkLost(NodeSession lost) {
        told.add("link lost");
        rollCall.linkLost(lost);
    }

    @Override
    public void onLaneRefused(NodeSession heard, int lane, String reason) {
        told.add("lane " + lane + " refused");
    }

    @Override
    public void onHeardAgain(NodeSession heard) {
        told.add("heard again");
    }

    @Override
    public void onReady(NodeSession ready) {}

    @Override
    public void onGreeted(NodeSession greeted) {}

    @Override
    public void onReport(NodeSession reporting, PartitionId partition, PartitionReport report) {}

    @Override
    public void onFullReport(NodeSession reporting) {}

    @Override
    public void onCeilingsKept(NodeSession keeping, long round) {}

    @Override
    public void close() {}
}
