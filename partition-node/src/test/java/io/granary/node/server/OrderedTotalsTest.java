// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.log.InMemoryStockLog;
import io.granary.metrics.MeterScope;
import io.granary.node.Unregistered;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.proto.AssignLane;
import io.granary.proto.Instruct;
import io.granary.proto.Instruction;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A leader whose totals can't be is not believed, whatever its term: nothing of its order is done. */
final class OrderedTotalsTest {
    private static final long TOO_MANY = (1L << 53) + 1;

    private final ManualLoop loop = new ManualLoop();
    private final PartitionNode node = new PartitionNode(
            "n-1",
            new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000),
            1_000,
            new InMemoryStockLog(1),
            loop,
            loop,
            new Unregistered(),
            new LaneMetrics(new MeterScope(new SimpleMeterRegistry())),
            new BegunEpochs(),
            reason -> {});

    /** Its link, and what the node said of slots on it. */
    private final class Attending implements Link<NodeMessage> {
        final Map<Integer, PartitionReport> reports = new HashMap<>();
        final LinkListener<LeaderMessage> orders = node.leaders().accept(this);
        boolean closed;

        Attending() {
            order(LeaderMessage.newBuilder()
                    .setLeader(Leader.newBuilder().setName("a").setTerm(1)));
        }

        void order(LeaderMessage.Builder order) {
            orders.onMessage(order.build());
            loop.pass(Duration.ofMillis(100));
        }

        void open(OpenPartition... partitions) {
            Open.Builder open = Open.newBuilder();
            for (OpenPartition partition : partitions) {
                open.addPartitions(partition);
            }
            order(LeaderMessage.newBuilder().setOpen(open));
        }

        void instruct(Instruction... instructions) {
            Instruct.Builder instruct = Instruct.newBuilder();
            for (Instruction instruction : instructions) {
                instruct.addInstructions(instruction);
            }
            order(LeaderMessage.newBuilder().setInstruct(instruct));
        }

        @Override
        public void send(NodeMessage message) {
            message.getReport().getPartitionsList().forEach(report -> reports.put(report.getSlot(), report));
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {
            closed = true;
            orders.onBroken("closed");
            loop.run();
        }
    }

    private Attending leader;

    @BeforeEach
    void join() {
        node.start("nowhere:1");
        leader = new Attending();
        leader.order(
                LeaderMessage.newBuilder().setAssignLane(AssignLane.newBuilder().setLane(0)));
        leader.open(partition(0, 100, 0, 0), partition(1, 100, 0, 0));
        assertThat(leader.reports).hasSize(2);
    }

    private static OpenPartition partition(int slot, long granted, long consumed, long returned) {
        return OpenPartition.newBuilder()
                .setSku("hot")
                .setSlot(slot)
                .setEpoch(1)
                .setGranted(granted)
                .setConsumed(consumed)
                .setReturned(returned)
                .build();
    }

    private static Instruction instruction(int slot, long granted, long returnTo) {
        return Instruction.newBuilder()
                .setSku("hot")
                .setSlot(slot)
                .setEpoch(1)
                .setGranted(granted)
                .setReturnTo(returnTo)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"-1, 0, 0", TOO_MANY + ", 0, 0", "5, -1, 0", "5, 0, -1", "5, 3, 3", "5, " + Long.MAX_VALUE + ", 1"})
    void noPartitionIsOpenedWithTotalsThatCannotBe(long granted, long consumed, long returned) {
        leader.open(partition(2, 7, 0, 0), partition(3, granted, consumed, returned));

        assertThat(leader.closed).isTrue();
        Attending next = new Attending();
        assertThat(next.reports).containsOnlyKeys(0, 1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", TOO_MANY + ", 0", "110, -1", "110, " + Long.MAX_VALUE})
    void noGrantAndNoReturnIsTakenWithTotalsThatCannotBe(long granted, long returnTo) {
        leader.instruct(instruction(0, 150, 0), instruction(1, granted, returnTo));

        assertThat(leader.closed).isTrue();
        Attending next = new Attending();
        assertThat(next.reports.get(0).getGranted()).isEqualTo(100);
        assertThat(next.reports.get(1).getRemaining()).isEqualTo(100);
    }

    @Test
    void largeTotalsThatCanBeAreTaken() {
        leader.instruct(instruction(0, 1L << 53, 0));

        assertThat(leader.closed).isFalse();
        assertThat(leader.reports.get(0).getGranted()).isEqualTo(1L << 53);
    }

    // ---- What it registers is of no interest here.
}
