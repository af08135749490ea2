// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import io.granary.concurrent.Loop;
import io.granary.log.StockLog;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.lane.BegunEpochs;
import io.granary.node.lane.Census;
import io.granary.node.lane.Lane;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.lane.Partition;
import io.granary.node.lane.PartitionState;
import io.granary.node.pool.IdMemory;
import io.granary.node.pool.Pool;
import io.granary.node.takeover.Takeover;
import io.granary.proto.AssignLane;
import io.granary.proto.Ceiling;
import io.granary.proto.Ceilings;
import io.granary.proto.CeilingsKept;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport;
import io.granary.proto.Report;
import io.granary.protocol.Acceptor;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One incarnation of a partition node: does what the leader orders, tells it what is, and keeps the registry true. All
 * of it runs on the lane's loop, but for takeovers, which have a loop of their own so that serving goes on meanwhile.
 */
public final class PartitionNode implements Lane.Events, LeaderLinks.Orders {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionNode.class);
    /** Changes within this time go to the leader in one report. */
    private static final Duration REPORT_PAUSE = Duration.ofMillis(2);

    /** Partitions in one report, so that a message stays far below the transport's limit. */
    private static final int REPORT_PARTITIONS = 4_096;

    private final String incarnation;
    private final StockLog log;
    private final Loop loop;
    private final Loop takeoverLoop;
    /** The takeover loop's. */
    private final IdMemory takenIds;

    private final NodeRegistration registration;
    private final Lane lane;
    private final LeaderLinks leaders;
    private final ClientLinks clients;
    private final LaneMetrics metrics;
    private final Consumer<String> onGivenUp;
    private final Map<PartitionId, PartitionReport> changes = new LinkedHashMap<>();
    /** Epochs that were begun here and could not be taken over, with why; the last of each partition. */
    private final Map<PartitionId, PartitionReport> failed = new HashMap<>();

    private String address = "";
    private boolean reportScheduled;

    /**
     * @param loop everything but takeovers runs there
     * @param onGivenUp hears, on the loop, why this incarnation will never serve again
     */
    public PartitionNode(
            String incarnation,
            LaneSettings settings,
            int maxQueuedEntries,
            StockLog log,
            Loop loop,
            Loop takeoverLoop,
            NodeRegistration registration,
            LaneMetrics metrics,
            BegunEpochs begun,
            Consumer<String> onGivenUp) {
        this.onGivenUp = onGivenUp;
        this.incarnation = incarnation;
        this.log = log;
        this.loop = loop;
        this.takeoverLoop = takeoverLoop;
        takenIds = new IdMemory(settings.idMemoryOfTakeovers());
        this.registration = registration;
        this.metrics = metrics;
        lane = new Lane(settings, incarnation, log, loop, metrics, begun, this);
        leaders = new LeaderLinks(loop, this);
        clients = new ClientLinks(loop, lane, maxQueuedEntries, metrics);
    }

    /**
     * Announces the node; the leader will find it and give it a lane. Thread-safe.
     *
     * @param address host:port where the links are accepted
     */
    public void start(String address) {
        loop.execute(() -> {
            this.address = address;
            registration.publish(new NodeEntry(incarnation, address, NodeEntry.NO_LANE));
        });
    }

    /** Gives up serving: what is open is answered UNKNOWN. Thread-safe. */
    public void stop(String reason) {
        loop.execute(() -> lane.stop(reason));
    }

    /** Ends in order: what is open is answered UNKNOWN. Thread-safe. */
    public void close() {
        loop.execute(lane::close);
    }

    /** What is here now. Completes on the loop, and never once that is closed. Thread-safe. */
    public CompletableFuture<Census> census() {
        CompletableFuture<Census> census = new CompletableFuture<>();
        loop.execute(() -> census.complete(lane.census()));
        return census;
    }

    public Acceptor<byte[], byte[]> clients() {
        return clients;
    }

    public Acceptor<LeaderMessage, NodeMessage> leaders() {
        return leaders;
    }

    // ---- What the lane says

    @Override
    public void onJoined(int number) {
        LOG.info("{} joined with lane {}", incarnation, number);
        registration.publish(new NodeEntry(incarnation, address, number));
        introduce();
    }

    @Override
    public void onLaneRefused(int number, String reason) {
        leaders.send(NodeMessage.newBuilder()
                .setNode(Node.newBuilder()
                        .setIncarnation(incarnation)
                        .setLane(NodeEntry.NO_LANE)
                        .setRefusedLane(number)
                        .setRefused(reason))
                .build());
    }

    @Override
    public void onServing(Partition partition) {
        registration.register(partition.id(), partition.epoch());
    }

    @Override
    public void onExhausted(Partition partition) {
        registration.registerExhausted(partition.id(), partition.epoch());
    }

    @Override
    public void onClosed(Partition partition) {
        registration.deregister(partition.id(), partition.epoch());
    }

    @Override
    public void onChanged(Partition partition) {
        if (leaders.hasLeader()) {
            report(describe(partition));
            partition.demand().forgetWanted();
        }
    }

    @Override
    public void onStopped(String reason) {
        registration.close();
        onGivenUp.accept(reason);
    }

    // ---- What the leader says

    @Override
    public void onLeader() {
        introduce();
        reportAll();
    }

    @Override
    public void onLeaderGone() {
        lane.forgetCeilings();
        changes.clear();
    }

    @Override
    public void onOrder(LeaderMessage order) {
        switch (order.getMessageCase()) {
            case ASSIGN_LANE -> assignLane(order.getAssignLane());
            case OPEN -> open(order.getOpen());
            case INSTRUCT -> {
                order.getInstruct().getInstructionsList().forEach(Totals::check);
                order.getInstruct().getInstructionsList().forEach(this::instruct);
            }
            case CEILINGS -> keepCeilings(order.getCeilings());
            case DESCRIBE -> reportAll();
            case WRITE_RECORDS -> writeRecords(order.getWriteRecords().getVersion());
            case LEADER, MESSAGE_NOT_SET -> LOG.warn("The leader said {}", order.getMessageCase());
        }
    }

    private void assignLane(AssignLane order) {
        lane.join(order.getLane(), order.getSettled());
        if (lane.number().isPresent()) {
            introduce();
        }
    }

    private void writeRecords(int version) {
        int before = lane.recordVersion();
        lane.writeRecords(version);
        if (lane.recordVersion() != before) {
            LOG.info("{} writes records of version {}", incarnation, lane.recordVersion());
        }
        introduce();
    }

    private void introduce() {
        leaders.send(NodeMessage.newBuilder()
                .setNode(Node.newBuilder()
                        .setIncarnation(incarnation)
                        .setLane(lane.number().orElse(NodeEntry.NO_LANE))
                        .setRecordVersion(lane.recordVersion()))
                .build());
    }

    private void open(Open open) {
        // All are read before any is begun: one that is begun must be taken over, or it would stay in OPENING.
        Map<PartitionId, OpenPartition> ordered = new LinkedHashMap<>();
        for (OpenPartition partition : open.getPartitionsList()) {
            PartitionId id = new PartitionId(new Sku(partition.getSku()), partition.getSlot());
            Totals.check(partition);
            if (ordered.put(id, partition) != null) {
                throw new IllegalArgumentException("open: " + id + " twice (expected: once)");
            }
        }
        List<OpenPartition> begun = new ArrayList<>();
        for (Map.Entry<PartitionId, OpenPartition> order : ordered.entrySet()) {
            PartitionId id = order.getKey();
            OpenPartition partition = order.getValue();
            switch (lane.begin(id, partition.getEpoch())) {
                case BEGUN -> begun.add(partition);
                case KNOWN -> reportKnown(id, partition.getEpoch());
                case REFUSED -> report(refused(id, partition.getEpoch()));
            }
        }
        if (!begun.isEmpty()) {
            long sinceNanos = loop.nanoTime();
            int version = lane.recordVersion();
            takeoverLoop.execute(() -> Takeover.begin(
                    incarnation,
                    version,
                    log,
                    takeoverLoop,
                    begun,
                    open.getLanesList(),
                    takenIds,
                    new Takeover.Outcome() {
                        @Override
                        public void onTaken(PartitionId partition, long epoch, Pool pool) {
                            loop.execute(() -> {
                                if (epoch > 1) {
                                    metrics.takenOver(loop.nanoTime() - sinceNanos);
                                }
                                failed.remove(partition);
                                lane.open(partition, epoch, pool);
                            });
                        }

                        @Override
                        public void onFailed(PartitionId partition, long epoch, String reason) {
                            metrics.takeoverFailed();
                            loop.execute(() -> takeoverFailed(partition, epoch, reason));
                        }
                    }));
        }
    }

    private void takeoverFailed(PartitionId id, long epoch, String reason) {
        lane.abandon(id, epoch);
        PartitionReport report = state(id, epoch, PartitionReport.State.REFUSED).toBuilder()
                .setReason(reason)
                .build();
        PartitionReport before = failed.put(id, report);
        if (before == null || !before.getReason().equals(reason)) {
            LOG.warn("{} can't be opened at epoch {}: {}", id, epoch, reason);
        }
        report(report);
    }

    private PartitionReport refused(PartitionId id, long epoch) {
        PartitionReport known = failed.get(id);
        return known != null && known.getEpoch() == epoch ? known : state(id, epoch, PartitionReport.State.REFUSED);
    }

    private void reportKnown(PartitionId id, long epoch) {
        Partition served = lane.partition(id);
        if (served != null) {
            onChanged(served);
        } else {
            report(state(id, epoch, PartitionReport.State.OPENING));
        }
    }

    private void instruct(Instruction instruction) {
        PartitionId id = new PartitionId(new Sku(instruction.getSku()), instruction.getSlot());
        Partition partition = lane.partition(id);
        if (Long.valueOf(instruction.getEpoch()).equals(lane.opening().get(id))) {
            report(state(id, instruction.getEpoch(), PartitionReport.State.OPENING));
        } else if (!refused(id, instruction.getEpoch()).getReason().isEmpty()) {
            report(refused(id, instruction.getEpoch()));
        } else if (partition == null || partition.epoch() != instruction.getEpoch()) {
            report(state(id, instruction.getEpoch(), PartitionReport.State.CLOSED));
        } else if (instruction.getClose()) {
            lane.close(partition);
        } else {
            lane.lowWatermark(partition, instruction.getLowWatermark());
            lane.instruct(partition, instruction.getGranted(), instruction.getReturnTo());
        }
    }

    private void keepCeilings(Ceilings ceilings) {
        for (Ceiling ceiling : ceilings.getCeilingsList()) {
            lane.ceiling(new Sku(ceiling.getSku()), ceiling.getUnits() < 0 ? null : ceiling.getUnits());
        }
        leaders.send(NodeMessage.newBuilder()
                .setCeilingsKept(CeilingsKept.newBuilder().setRound(ceilings.getRound()))
                .build());
    }

    // ---- Reports

    private void report(PartitionReport report) {
        if (!leaders.hasLeader()) {
            return;
        }
        changes.merge(
                new PartitionId(new Sku(report.getSku()), report.getSlot()), report, PartitionNode::withLargestWanted);
        if (!reportScheduled) {
            reportScheduled = true;
            loop.schedule(REPORT_PAUSE, this::sendChanges);
        }
    }

    private static PartitionReport withLargestWanted(PartitionReport old, PartitionReport young) {
        return old.getWanted() <= young.getWanted()
                ? young
                : young.toBuilder().setWanted(old.getWanted()).build();
    }

    private void sendChanges() {
        reportScheduled = false;
        send(changes.values(), false);
        changes.clear();
    }

    private void reportAll() {
        List<PartitionReport> all = new ArrayList<>();
        lane.partitions().forEach(partition -> {
            all.add(describe(partition));
            partition.demand().forgetWanted();
        });
        lane.opening().forEach((id, epoch) -> all.add(state(id, epoch, PartitionReport.State.OPENING)));
        failed.forEach((id, report) -> {
            if (lane.partition(id) == null && !lane.opening().containsKey(id)) {
                all.add(report);
            }
        });
        changes.clear();
        send(all, true);
    }

    private void send(Collection<PartitionReport> reports, boolean full) {
        Report.Builder report = Report.newBuilder().setFull(full);
        for (PartitionReport one : reports) {
            if (report.getPartitionsCount() == REPORT_PARTITIONS) {
                leaders.send(
                        NodeMessage.newBuilder().setReport(report.setMore(full)).build());
                report = Report.newBuilder().setFull(full);
            }
            report.addPartitions(one);
        }
        if (full || report.getPartitionsCount() > 0) {
            leaders.send(NodeMessage.newBuilder().setReport(report).build());
        }
    }

    private static PartitionReport state(PartitionId id, long epoch, PartitionReport.State state) {
        return PartitionReport.newBuilder()
                .setSku(id.sku().code())
                .setSlot(id.slot())
                .setEpoch(epoch)
                .setState(state)
                .build();
    }

    private static PartitionReport describe(Partition partition) {
        Pool pool = partition.pool();
        return state(partition.id(), partition.epoch(), stateOf(partition.state())).toBuilder()
                .setGranted(pool.granted())
                .setConsumed(pool.consumed())
                .setReturned(pool.returned())
                .setRemaining(pool.remaining())
                .setUnitsPerSecond(partition.demand().unitsPerSecond())
                .setWantsGrant(partition.demand().wantsGrant())
                .setWanted(partition.demand().wanted())
                .setLowWatermark(partition.lowWatermark())
                .build();
    }

    private static PartitionReport.State stateOf(PartitionState state) {
        return switch (state) {
            case SERVING -> PartitionReport.State.SERVING;
            case EXHAUSTED -> PartitionReport.State.EXHAUSTED;
            case CLOSED -> PartitionReport.State.CLOSED;
        };
    }
}
