// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.log.StockLog;
import io.granary.metrics.MeterScope;
import io.granary.node.Unregistered;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.server.PartitionNode;
import io.granary.proto.AssignLane;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionReport;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node, its process, and the leader's link to it. */
final class HeldNode implements Link<NodeMessage> {
    private static final LaneSettings SETTINGS = new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000);

    final int lane;
    final PartitionNode node;
    private final PausableLoop loop;
    private final PausableLoop takeoverLoop;
    private final LinkListener<LeaderMessage> orders;
    private final Map<Integer, PartitionReport> reports = new HashMap<>();
    private boolean isJoined;
    private boolean isDead;

    HeldNode(int lane, StockLog log, ManualLoop time) {
        this.lane = lane;
        loop = new PausableLoop(time);
        takeoverLoop = new PausableLoop(time);
        String incarnation = "node-" + lane;
        node = new PartitionNode(
                incarnation,
                SETTINGS,
                1_000,
                log,
                loop,
                takeoverLoop,
                new Unregistered(),
                new LaneMetrics(new MeterScope(new SimpleMeterRegistry())),
                new BegunEpochs(),
                reason -> {});
        node.start("nowhere:1");
        orders = node.leaders().accept(this);
        tell(LeaderMessage.newBuilder()
                .setLeader(Leader.newBuilder().setName("leader").setTerm(1))
                .build());
        tell(LeaderMessage.newBuilder()
                .setAssignLane(AssignLane.newBuilder().setLane(lane))
                .build());
    }

    void tell(LeaderMessage message) {
        if (!isDead) {
            orders.onMessage(message);
        }
    }

    void kill() {
        isDead = true;
        loop.kill();
        takeoverLoop.kill();
    }

    void pause(Duration length) {
        loop.pause(length);
        takeoverLoop.pause(length);
    }

    void resume() {
        loop.resume();
        takeoverLoop.resume();
    }

    boolean isPaused() {
        return loop.isPaused();
    }

    boolean isDead() {
        return isDead;
    }

    boolean isJoined() {
        return isJoined;
    }

    /** What it last said of the slot; null if it holds nothing of it. */
    @Nullable
    PartitionReport report(int slot) {
        return reports.get(slot);
    }

    @Override
    public void send(NodeMessage message) {
        if (message.hasNode()) {
            isJoined |= message.getNode().getLane() == lane;
        }
        if (message.hasReport()) {
            if (message.getReport().getFull()) {
                reports.clear();
            }
            message.getReport().getPartitionsList().forEach(report -> reports.put(report.getSlot(), report));
        }
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void close() {
        throw new AssertionError("the node has closed the leader's link");
    }
}
