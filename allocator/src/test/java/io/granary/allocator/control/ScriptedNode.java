// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.Ceilings;
import io.granary.proto.CeilingsKept;
import io.granary.proto.Instruct;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport;
import io.granary.proto.PartitionReport.State;
import io.granary.proto.Report;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.grpc.GrpcServer;
import io.granary.protocol.grpc.GrpcService;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.NodeEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A peer that speaks the control protocol over real links, and keeps the totals of its partitions, without a log: what
 * a test says is sold is sold. Thread-safe.
 */
public final class ScriptedNode implements AutoCloseable {
    /** A partition that it holds. */
    public static final class Held {
        public long epoch;
        public State state = State.SERVING;
        public long granted;
        public long consumed;
        public long returned;
        public long wanted;
        public double unitsPerSecond;
        public long lowWatermark;
        public String reason = "";

        public long remaining() {
            return granted - consumed - returned;
        }
    }

    private final String incarnation;
    private final GrpcServer server;
    private final Map<PartitionId, Held> held = new TreeMap<>();
    private final List<Open> opens = new ArrayList<>();
    private final Map<Sku, Long> ceilings = new HashMap<>();
    private final List<String> leaders = new ArrayList<>();
    private int lane = -1;
    private int recordVersion = 1;
    private long term;
    private Link<NodeMessage> leader;
    private State opensAs = State.SERVING;
    private long laneEnd = Long.MAX_VALUE;
    private boolean answersCeilings = true;
    private boolean hangs;
    private Consumer<NodeEntry> onLane = entry -> {};

    public ScriptedNode(String incarnation) {
        this.incarnation = incarnation;
        try {
            GrpcSettings settings = GrpcSettings.defaults();
            server = GrpcServer.start("127.0.0.1", 0, settings, List.of(GrpcService.control(this::accept, settings)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public synchronized NodeEntry entry() {
        return new NodeEntry(incarnation, "127.0.0.1:" + server.port(), lane);
    }

    /** Is told of the node's entry when it has got its lane. */
    public synchronized ScriptedNode onLane(Consumer<NodeEntry> listener) {
        onLane = listener;
        return this;
    }

    /** What becomes of partitions that it is told to open from now on. */
    public synchronized ScriptedNode opensAs(State state) {
        opensAs = state;
        return this;
    }

    /** Every lane that it is given ends there. */
    public synchronized ScriptedNode lanesEndAt(long offset) {
        laneEnd = offset;
        return this;
    }

    public synchronized void answersCeilings(boolean answers) {
        answersCeilings = answers;
    }

    /** Whether it does nothing any more, though its links are up: what it is told is lost. */
    public synchronized void hangs(boolean now) {
        hangs = now;
    }

    private LinkListener<LeaderMessage> accept(Link<NodeMessage> link) {
        return new LinkListener<>() {
            @Override
            public void onMessage(LeaderMessage message) {
                hear(link, message);
            }

            @Override
            public void onBroken(String reason) {
                forget(link);
            }
        };
    }

    private synchronized void forget(Link<NodeMessage> link) {
        if (leader == link) {
            leader = null;
            ceilings.clear();
        }
    }

    private synchronized void hear(Link<NodeMessage> link, LeaderMessage message) {
        if (hangs) {
            return;
        }
        if (message.hasLeader()) {
            if (message.getLeader().getTerm() < term) {
                link.close();
                return;
            }
            term = message.getLeader().getTerm();
            leaders.add(message.getLeader().getName());
            leader = link;
            ceilings.clear();
            introduce();
            reportAll();
        } else if (leader == link) {
            obey(message);
        }
    }

    private void obey(LeaderMessage message) {
        switch (message.getMessageCase()) {
            case ASSIGN_LANE -> {
                if (message.getAssignLane().getSettled() > laneEnd) {
                    refuse(message.getAssignLane().getLane());
                    return;
                }
                lane = message.getAssignLane().getLane();
                onLane.accept(entry());
                introduce();
            }
            case OPEN -> open(message.getOpen());
            case INSTRUCT -> instruct(message.getInstruct());
            case CEILINGS -> keep(message.getCeilings());
            case DESCRIBE -> reportAll();
            case WRITE_RECORDS -> {
                recordVersion = message.getWriteRecords().getVersion();
                introduce();
            }
            default -> throw new AssertionError(message);
        }
    }

    private void refuse(int given) {
        leader.send(NodeMessage.newBuilder()
                .setNode(Node.newBuilder()
                        .setIncarnation(incarnation)
                        .setLane(-1)
                        .setRefusedLane(given)
                        .setRefused("it ends at " + laneEnd))
                .build());
    }

    private void introduce() {
        leader.send(NodeMessage.newBuilder()
                .setNode(Node.newBuilder()
                        .setIncarnation(incarnation)
                        .setLane(lane)
                        .setRecordVersion(recordVersion))
                .build());
    }

    private void open(Open open) {
        opens.add(open);
        List<PartitionId> changed = new ArrayList<>();
        for (OpenPartition one : open.getPartitionsList()) {
            PartitionId id = new PartitionId(new Sku(one.getSku()), one.getSlot());
            Held known = held.get(id);
            if (known == null || known.epoch < one.getEpoch()) {
                Held next = new Held();
                next.epoch = one.getEpoch();
                next.state = one.getHalted().isEmpty() ? opensAs : State.REFUSED;
                next.reason = one.getHalted();
                next.granted = one.getGranted();
                next.consumed = one.getConsumed();
                next.returned = one.getReturned();
                exhaust(next);
                held.put(id, next);
            }
            changed.add(id);
        }
        report(false, changed);
    }

    private static void exhaust(Held partition) {
        if (partition.state == State.SERVING || partition.state == State.EXHAUSTED) {
            partition.state = partition.remaining() > 0 ? State.SERVING : State.EXHAUSTED;
        }
    }

    private void instruct(Instruct instruct) {
        List<PartitionId> changed = new ArrayList<>();
        for (Instruction one : instruct.getInstructionsList()) {
            PartitionId id = new PartitionId(new Sku(one.getSku()), one.getSlot());
            Held partition = held.get(id);
            if (partition != null && partition.epoch == one.getEpoch() && one.getClose()) {
                partition.state = State.CLOSED;
            } else if (partition != null && partition.epoch == one.getEpoch()) {
                partition.lowWatermark = one.getLowWatermark();
                partition.granted = Math.max(partition.granted, one.getGranted());
                long back = Math.min(partition.remaining(), one.getReturnTo() - partition.returned);
                partition.returned += Math.max(0, back);
                exhaust(partition);
            }
            changed.add(id);
        }
        report(false, changed);
    }

    private void keep(Ceilings message) {
        message.getCeilingsList().forEach(one -> {
            if (one.getUnits() < 0) {
                ceilings.remove(new Sku(one.getSku()));
            } else {
                ceilings.put(new Sku(one.getSku()), one.getUnits());
            }
        });
        if (answersCeilings) {
            leader.send(NodeMessage.newBuilder()
                    .setCeilingsKept(CeilingsKept.newBuilder().setRound(message.getRound()))
                    .build());
        }
    }

    private void reportAll() {
        report(true, List.copyOf(held.keySet()));
    }

    private void report(boolean full, List<PartitionId> partitions) {
        if (leader == null) {
            return;
        }
        Report.Builder report = Report.newBuilder().setFull(full);
        for (PartitionId id : partitions) {
            Held partition = held.get(id);
            if (partition != null) {
                report.addPartitions(PartitionReport.newBuilder()
                        .setSku(id.sku().code())
                        .setSlot(id.slot())
                        .setEpoch(partition.epoch)
                        .setState(partition.state)
                        .setReason(partition.reason)
                        .setGranted(partition.granted)
                        .setConsumed(partition.consumed)
                        .setReturned(partition.returned)
                        .setRemaining(partition.remaining())
                        .setUnitsPerSecond(partition.unitsPerSecond)
                        .setWantsGrant(partition.remaining() < partition.granted / 4)
                        .setWanted(partition.wanted)
                        .setLowWatermark(partition.lowWatermark));
                partition.wanted = 0;
            }
        }
        leader.send(NodeMessage.newBuilder().setReport(report).build());
    }

    // ---- What a test does and sees

    /** Changes a partition and reports it. */
    public synchronized void change(PartitionId partition, Consumer<Held> change) {
        Held changed = held.get(partition);
        if (changed == null) {
            throw new IllegalStateException(incarnation + " changes " + partition
                    + " (expected: one of those that it holds: " + held.keySet() + ")");
        }
        change.accept(changed);
        exhaust(changed);
        report(false, List.of(partition));
    }

    /** Sells as many of these units as it has. */
    public void sell(PartitionId partition, long units) {
        change(partition, it -> it.consumed += Math.min(units, it.remaining()));
    }

    /** Refuses a quantity for want of units. */
    public void refuse(PartitionId partition, long quantity) {
        change(partition, it -> it.wanted = quantity);
    }

    /** As if it had not heard of the partition. */
    public synchronized void lose(PartitionId partition) {
        held.remove(partition);
    }

    public synchronized List<Open> opens() {
        return List.copyOf(opens);
    }

    public synchronized List<String> leaders() {
        return List.copyOf(leaders);
    }

    public synchronized boolean hasLeader() {
        return leader != null;
    }

    public synchronized Map<Sku, Long> ceilings() {
        return Map.copyOf(ceilings);
    }

    public synchronized long term() {
        return term;
    }

    /** The version of records that it was told to write; 1 at first. */
    public synchronized int recordVersion() {
        return recordVersion;
    }

    public synchronized List<PartitionId> partitions() {
        return List.copyOf(held.keySet());
    }

    public synchronized State state(PartitionId partition) {
        return held.get(partition).state;
    }

    public synchronized long lowWatermark(PartitionId partition) {
        return held.get(partition).lowWatermark;
    }

    /** Epoch, granted, consumed, returned, remaining; all 0 if it does not hold it. */
    public synchronized List<Long> figures(PartitionId partition) {
        Held one = held.getOrDefault(partition, new Held());
        return List.of(one.epoch, one.granted, one.consumed, one.returned, one.remaining());
    }

    public synchronized long remaining(PartitionId partition) {
        Held one = held.get(partition);
        return one == null ? 0 : one.remaining();
    }

    @Override
    public void close() {
        server.close();
    }
}
