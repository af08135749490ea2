// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.GivenLane;
import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.AssignLane;
import io.granary.proto.Describe;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Node;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionReport;
import io.granary.proto.Report;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live node as one leader sees it: keeps a link to it, gets it a lane, and remembers what it reports. Lives on the
 * leader's loop; transport threads only hop there.
 *
 * <p>{@code connecting → greeted → laned → ready}: a node is ready when it has said that it has the lane that is its
 * own in the books, and has reported all its partitions on this link.
 */
final class NodeSession {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LANE_PAUSE = Duration.ofMillis(500);
    private static final Duration MOST_SILENCE = Duration.ofMinutes(1);

    /** Hears what happens, on the loop. */
    interface Events {
        /** It has said what it is. */
        void onGreeted(NodeSession node);

        /** It can be given partitions, from now on. */
        void onReady(NodeSession node);

        /** A partition's report, after it was taken note of. */
        void onReport(NodeSession node, PartitionId partition, PartitionReport report);

        /** It was out of reach, and is heard again. */
        void onHeardAgain(NodeSession node);

        /** All its partitions were reported. */
        void onFullReport(NodeSession node);

        void onCeilingsKept(NodeSession node, long round);

        /** It does not take the lane that it was given; it is given none until {@link #checkLane}. */
        void onLaneRefused(NodeSession node, int lane, String reason);

        /** Nothing that was sent can be counted on any more; it is connected to again. */
        void onLinkLost(NodeSession node);
    }

    private final String incarnation;
    private final String address;
    private final Loop loop;
    private final Connector<LeaderMessage, NodeMessage> connector;
    private final LeaderMessage greeting;
    private final Function<NodeSession, CompletableFuture<Optional<GivenLane>>> lanes;
    private final Backoff backoff;
    private final Backoff patience;
    private final Events events;
    private final long bornNanos;
    private long heardNanos;
    /** Since when it is out of reach, in ms since 1970; 0 if it is not. */
    private long outOfReachMillis;

    private boolean registered = true;
    private long unregisteredNanos;

    private @Nullable Attendance attendance;
    private long links;
    private int losses;
    private boolean closed;

    /**
     * @param greeting the leader's first message
     * @param lanes asks the books for the node's lane
     * @param longestPause before it is connected to again
     * @param silence after which a link is given up; more if links before it were as silent
     */
    NodeSession(
            String incarnation,
            String address,
            Loop loop,
            Connector<LeaderMessage, NodeMessage> connector,
            LeaderMessage greeting,
            Function<NodeSession, CompletableFuture<Optional<GivenLane>>> lanes,
            Duration longestPause,
            Duration silence,
            Events events) {
        this.incarnation = incarnation;
        this.address = address;
        this.loop = loop;
        this.connector = connector;
        this.greeting = greeting;
        this.lanes = lanes;
        backoff = new Backoff(FIRST_PAUSE, longestPause);
        patience = new Backoff(silence, silence.compareTo(MOST_SILENCE) < 0 ? MOST_SILENCE : silence);
        this.events = events;
        bornNanos = loop.nanoTime();
        heardNanos = bornNanos;
    }

    String incarnation() {
        return incarnation;
    }

    String address() {
        return address;
    }

    /** When this leader first saw it. */
    long bornNanos() {
        return bornNanos;
    }

    /** When it was last heard, at whatever; when this leader first saw it, if it never was. */
    long heardNanos() {
        return heardNanos;
    }

    /** Its silence until now was the leader's own. */
    void excuse() {
        heardNanos = loop.nanoTime();
        Attendance present = attendance;
        if (present != null) {
            present.heardNanos = heardNanos;
        }
    }

    /** Whether it has been heard on the present link. */
    boolean hasSpoken() {
        Attendance present = attendance;
        return present != null && present.spoken;
    }

    /** It was not heard for too long; it is out of reach until it is heard. */
    void loseFromSight() {
        outOfReachMillis = loop.currentTimeMillis();
    }

    boolean isOutOfReach() {
        return outOfReachMillis != 0;
    }

    /** Since when it is out of reach, in ms since 1970, for people; 0 if it is not. */
    long outOfReachMillis() {
        return outOfReachMillis;
    }

    /** Whether the registry names it. */
    boolean isRegistered() {
        return registered;
    }

    void register() {
        registered = true;
    }

    void unregister() {
        registered = false;
        unregisteredNanos = loop.nanoTime();
    }

    /** When the registry ceased to name it; meaningless if it does not. */
    long unregisteredNanos() {
        return unregisteredNanos;
    }

    /** Asks for a sign of life; gives the link up if it brought none for long. */
    void callUp() {
        Attendance present = attendance;
        if (present == null) {
            return;
        }
        long silentNanos = loop.nanoTime() - present.heardNanos;
        if (silentNanos >= patience.pause(losses).toNanos()) {
            present.giveUp("nothing was heard for " + silentNanos / 1_000_000 + " ms");
        } else {
            send(ControlMessages.SIGN_OF_LIFE);
        }
    }

    /** Counts its links; what was sent on an earlier one may be lost. */
    long link() {
        return links;
    }

    boolean isReady() {
        Attendance present = attendance;
        return present != null && present.ready;
    }

    /** Its lane; it has one once it is ready. */
    int lane() {
        Attendance present = attendance;
        return present == null ? -1 : present.lane;
    }

    /** The version of the records that it says it writes; 0 if it has not said. */
    int recordVersion() {
        Attendance present = attendance;
        return present == null ? 0 : present.recordVersion;
    }

    /** What it last reported of a partition; null if it does not hold it, as far as is known. */
    @Nullable
    PartitionReport held(PartitionId partition) {
        Attendance present = attendance;
        return present == null ? null : present.held.get(partition);
    }

    /** What it last reported of the partitions of a SKU. */
    List<PartitionReport> heldOf(Sku sku) {
        Attendance present = attendance;
        return present == null
                ? List.of()
                : present.held.values().stream()
                        .filter(report -> report.getSku().equals(sku.code()))
                        .toList();
    }

    /** The ceilings that it was told on this link. */
    Map<Sku, Long> ceilings() {
        Attendance present = attendance;
        return present == null ? Map.of() : present.ceilings;
    }

    /**
     * Sends, unless that would have to wait.
     *
     * @return whether it was sent
     */
    boolean send(LeaderMessage message) {
        Attendance present = attendance;
        if (present == null || present.link == null || !present.link.isReady()) {
            return false;
        }
        present.link.send(message);
        return true;
    }

    /** Sends what must not be left out. */
    void sendAnyway(LeaderMessage message) {
        Attendance present = attendance;
        if (present != null && present.link != null) {
            present.link.send(message);
        }
    }

    /** The books may have given its lane to another: looks again. */
    void checkLane() {
        Attendance present = attendance;
        if (present != null) {
            present.askForLane();
        }
    }

    /**
     * Asks for a report of everything.
     *
     * @return whether it was asked
     */
    boolean describe() {
        return send(LeaderMessage.newBuilder()
                .setDescribe(Describe.getDefaultInstance())
                .build());
    }

    void connect() {
        if (closed) {
            return;
        }
        links++;
        Attendance next = new Attendance();
        attendance = next;
        next.link = connector.connect(address, next);
        next.link.send(greeting);
    }

    void close() {
        closed = true;
        Attendance present = attendance;
        attendance = null;
        if (present != null && present.link != null) {
            present.link.close();
        }
    }

    /** One link. */
    private final class Attendance implements LinkListener<NodeMessage> {
        private @Nullable Link<LeaderMessage> link;
        private final Map<PartitionId, PartitionReport> held = new HashMap<>();
        private final Map<Sku, Long> ceilings = new HashMap<>();
        private final Set<PartitionId> inFullReport = new HashSet<>();
        private long heardNanos = loop.nanoTime();
        private boolean spoken;
        private boolean described;
        private boolean ready;
        // What it says, and what the books say.
        private int lane = -1;
        private int laneInBooks = -1;
        private int recordVersion;
        private boolean laneAsked;

        @Override
        public void onMessage(NodeMessage message) {
            loop.offer(() -> {
                if (attendance == this) {
                    hear(message);
                }
            });
        }

        @Override
        public void onBroken(String reason) {
            loop.offer(() -> {
                if (attendance == this) {
                    giveUp(reason);
                }
            });
        }

        private void giveUp(String reason) {
            LOG.info("The link to node {} at {} is broken: {}", incarnation, address, reason);
            lose();
        }

        private void lose() {
            attendance = null;
            if (link != null) {
                link.close();
            }
            events.onLinkLost(NodeSession.this);
            loop.schedule(backoff.pause(losses++), NodeSession.this::connect);
        }

        private void hear(NodeMessage message) {
            if (message.hasNode() && !message.getNode().getIncarnation().equals(incarnation)) {
                LOG.info(
                        "At {} is {} (expected: {})", address, message.getNode().getIncarnation(), incarnation);
                lose();
                return;
            }
            heardNanos = loop.nanoTime();
            NodeSession.this.heardNanos = heardNanos;
            spoken = true;
            if (outOfReachMillis != 0) {
                outOfReachMillis = 0;
                LOG.info("Node {} at {} is heard again", incarnation, address);
                events.onHeardAgain(NodeSession.this);
            }
            switch (message.getMessageCase()) {
                case NODE -> greeted(message.getNode());
                case REPORT -> report(message.getReport());
                case CEILINGS_KEPT ->
                    events.onCeilingsKept(
                            NodeSession.this, message.getCeilingsKept().getRound());
                case MESSAGE_NOT_SET -> LOG.warn("Node {} said something unknown", incarnation);
            }
        }

        private void greeted(Node node) {
            lane = node.getLane();
            recordVersion = node.getRecordVersion();
            events.onGreeted(NodeSession.this);
            if (!node.getRefused().isEmpty()) {
                laneInBooks = -1;
                events.onLaneRefused(NodeSession.this, node.getRefusedLane(), node.getRefused());
                return;
            }
            if (laneInBooks < 0 || lane != laneInBooks) {
                askForLane();
            }
            checkReady();
        }

        private void askForLane() {
            if (laneAsked) {
                return;
            }
            laneAsked = true;
            var unused = lanes.apply(NodeSession.this)
                    .whenComplete((found, fault) ->
                            loop.execute(() -> hearOfLane(fault == null ? found.orElse(null) : null, fault)));
        }

        private void hearOfLane(@Nullable GivenLane found, @Nullable Throwable fault) {
            if (attendance != this) {
                return;
            }
            laneAsked = false;
            if (found != null) {
                giveLane(found);
                return;
            }
            LOG.info("No lane for node {} now", incarnation, fault);
            loop.schedule(LANE_PAUSE, () -> {
                if (attendance == this) {
                    askForLane();
                }
            });
        }

        private void giveLane(GivenLane found) {
            laneInBooks = found.lane();
            ready &= lane == laneInBooks;
            if (lane != laneInBooks && link != null) {
                if (lane >= 0) {
                    LOG.error(
                            "Node {} appends to lane {} (expected: {}); it gets no partitions",
                            incarnation,
                            lane,
                            laneInBooks);
                }
                link.send(LeaderMessage.newBuilder()
                        .setAssignLane(
                                AssignLane.newBuilder().setLane(laneInBooks).setSettled(found.settled()))
                        .build());
            }
            checkReady();
        }

        private void report(Report report) {
            losses = 0;
            for (PartitionReport one : report.getPartitionsList()) {
                PartitionId partition = new PartitionId(new Sku(one.getSku()), one.getSlot());
                held.put(partition, one);
                if (report.getFull()) {
                    inFullReport.add(partition);
                }
            }
            if (report.getFull() && !report.getMore()) {
                held.keySet().retainAll(inFullReport);
                inFullReport.clear();
                described = true;
            }
            for (PartitionReport one : report.getPartitionsList()) {
                PartitionId partition = new PartitionId(new Sku(one.getSku()), one.getSlot());
                events.onReport(NodeSession.this, partition, one);
            }
            checkReady();
            if (report.getFull() && !report.getMore()) {
                events.onFullReport(NodeSession.this);
            }
        }

        private void checkReady() {
            if (!ready && described && lane >= 0 && lane == laneInBooks) {
                ready = true;
                LOG.info("Node {} at {} is ready with lane {}", incarnation, address, lane);
                events.onReady(NodeSession.this);
            }
        }
    }
}
