// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.metrics.MeterScope;
import io.granary.node.Unregistered;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.testing.ScriptedLog;
import io.granary.proto.AssignLane;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LanePosition;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.WriteRecords;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.record.LogRecord;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which version of records a whole node writes, and says that it writes. */
class WrittenVersionTest {
    private final ManualLoop loop = new ManualLoop();
    private final ScriptedLog log = new ScriptedLog(2).storesAtOnce();
    private final List<Node> said = new ArrayList<>();
    private final LinkListener<LeaderMessage> orders;

    WrittenVersionTest() {
        PartitionNode node = new PartitionNode(
                "node-1",
                new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000),
                1_000,
                log,
                loop,
                loop,
                new Unregistered(),
                new LaneMetrics(new MeterScope(new SimpleMeterRegistry())),
                new BegunEpochs(),
                reason -> {});
        node.start("nowhere:1");
        orders = node.leaders().accept(new Link<>() {
            @Override
            public void send(NodeMessage message) {
                if (message.hasNode()) {
                    said.add(message.getNode());
                }
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void close() {}
        });
        tell(LeaderMessage.newBuilder().setLeader(Leader.newBuilder().setTerm(1)));
        tell(LeaderMessage.newBuilder().setAssignLane(AssignLane.newBuilder().setLane(0)));
    }

    private void tell(LeaderMessage.Builder order) {
        orders.onMessage(order.build());
        loop.pass(Duration.ofSeconds(1));
    }

    private int written() {
        return said.get(said.size() - 1).getRecordVersion();
    }

    private void write(int version) {
        tell(LeaderMessage.newBuilder()
                .setWriteRecords(WriteRecords.newBuilder().setVersion(version)));
    }

    /** Has it take over what another node served in lane 1. */
    private void takeOver() {
        tell(LeaderMessage.newBuilder()
                .setOpen(Open.newBuilder()
                        .addLanes(LanePosition.newBuilder().setLane(1))
                        .addPartitions(OpenPartition.newBuilder()
                                .setSku("sku")
                                .setEpoch(2)
                                .setGranted(10)
                                .addEarlier(
                                        EarlierEpoch.newBuilder().setEpoch(1).setLane(1)))));
    }

    private List<Long> named(int lane) {
        return log.records(lane).stream().map(LogRecord::acknowledged).toList();
    }

    @Test
    void atFirstItIsTheOneThatEverybodyReads() {
        takeOver();

        assertThat(written()).isEqualTo(1);
        assertThat(named(0)).containsExactly(LogRecord.UNNAMED);
        assertThat(named(1)).containsExactly(LogRecord.UNNAMED);
    }

    @Test
    void onceItIsToldItNamesWhatWasAcknowledgedInItsLaneAndInThoseThatItFences() {
        write(2);
        takeOver();

        assertThat(written()).isEqualTo(2);
        assertThat(named(0)).containsExactly(LogRecord.UNNAMED, 0L);
        assertThat(named(1)).containsExactly(LogRecord.NOTHING, 0L);
    }

    @Test
    void itStaysWithIt() {
        write(2);
        write(1);

        assertThat(written()).isEqualTo(2);
    }
}
