// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import com.google.common.collect.Lists;
import io.granary.allocator.allocation.AllocationPlanner;
import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.GivenLane;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.Levelling;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SlotView;
import io.granary.concurrent.Loop;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.PartitionReport;
import io.granary.protocol.Connector;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of one leader: everything that it knows, and forgets when the term is over.
 *
 * <p>It is a level-triggered reconciler. Events (reports, settlements, stock changes, nodes that come and go) and a
 * periodic sweep over the books only put SKUs into the {@link Attention} set; a {@link Batch} takes those that are due,
 * reads their books, decides, writes, and tells the nodes. A SKU stays in the set until a look finds nothing to do, so
 * nothing is lost by losing an event, a message or the whole leader.
 *
 * <p>Lives on the leader's loop; the books are asked on an executor and answer on the loop.
 */
final class Tenure implements NodeSession.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Tenure.class);
    private static final int SWEEP_SKUS = 1_000;
    private static final Duration FIRST_PATIENCE = Duration.ofMillis(20);
    private static final Duration FAULT_PAUSE = Duration.ofMillis(500);
    private static final int SHOWN_FAILURES = 10;
    private static final Duration RESTOCK_LIFE = Duration.ofSeconds(30);

    /** What a leader is made of. */
    record Parts(
            String name,
            LeaderSettings settings,
            AllocationPlanner planner,
            Loop loop,
            Executor blocking,
            AllocationStore store,
            Cluster cluster,
            Connector<LeaderMessage, NodeMessage> connector,
            LeaderMetrics metrics) {}

    private final Parts parts;
    private final long term;
    private final Runnable onOver;
    private final Loop loop;
    private final LeaderSettings settings;
    private final Nodes nodes;
    private final long bornNanos;
    private final RecordVersions records = new RecordVersions();
    private final Placement placement = new Placement();
    private final Reviewer reviewer;
    private final LevellingRounds levelling;
    private final Publisher publisher;
    private final CeilingRounds ceilings;
    private final FreshReports freshReports;
    private final RollCall rollCall;
    private final Attention attention = new Attention();
    private final FailingSkus failing;
    /** Parts of batches that failed, to be looked at by themselves. */
    private final Deque<List<SkuTrack>> suspects = new ArrayDeque<>();

    private final Trouble looks = new Trouble(LOG, "Looking at SKUs");
    private final Trouble sweeps = new Trouble(LOG, "The sweep over the books");
    private final Map<Sku, SkuTrack> tracks = new HashMap<>();
    /** SKUs for whose partitions there was no node. */
    private final Set<SkuTrack> unplaced = new LinkedHashSet<>();

    private final CompletableFuture<Void> swept = new CompletableFuture<>();
    private Map<String, Integer> tally = new HashMap<>();
    /** How many partitions each node owned, at the last sweep. */
    private Map<String, Integer> owned = Map.of();

    private boolean sweeping;
    private boolean drainTimer;
    private long sweepNanos;
    private Loop.@Nullable Timer sweepTimer;
    private Loop.@Nullable Timer tickTimer;
    private long tickNanos;
    private int batches;
    private long stockChanges;
    private boolean active = true;

    /**
     * @param onOver called when the books say that another leader has begun a later term
     */
    Tenure(Parts parts, long term, Runnable onOver) {
        this.parts = parts;
        this.term = term;
        this.onOver = onOver;
        loop = parts.loop();
        settings = parts.settings();
        bornNanos = loop.nanoTime();
        nodes = new Nodes(settings.joinGrace());
        nodes.awaitOwners(bornNanos);
        publisher = new Publisher(loop, parts.cluster());
        reviewer = new Reviewer(parts.planner(), nodes, placement, publisher::publishedSlots, settings.needLife());
        levelling = new LevellingRounds(settings, nodes, placement, reviewer, parts.metrics());
        ceilings = new CeilingRounds(loop, nodes, settings.ceilingsWait());
        freshReports = new FreshReports(loop, nodes);
        failing = new FailingSkus(parts.metrics());
        rollCall = new RollCall(
                loop, nodes, settings.unreachableAfter(), parts.metrics(), this::onOutOfReach, this::onGone);
    }

    long term() {
        return term;
    }

    void begin(Map<String, NodeEntry> live, List<AllocatorEntry> allocators) {
        setNodes(live);
        setAllocators(allocators);
        rollCall.begin();
        sweep();
    }

    void close() {
        if (!active) {
            return;
        }
        active = false;
        nodes.all().forEach(NodeSession::close);
        publisher.close();
        rollCall.close();
        freshReports.close();
        swept.completeExceptionally(new IllegalStateException("no longer leading"));
        if (sweepTimer != null) {
            sweepTimer.cancel();
        }
        if (tickTimer != null) {
            tickTimer.cancel();
        }
    }

    /** What this leader sees now. */
    LeaderLook look() {
        long now = loop.nanoTime();
        return new LeaderLook(
                term,
                nodes.all().stream()
                        .map(node -> new LeaderLook.NodeLook(
                                node.incarnation(),
                                node.address(),
                                node.lane(),
                                node.isReady(),
                                nodes.isDrained(node.incarnation()),
                                node.isOutOfReach() ? Instant.ofEpochMilli(node.outOfReachMillis()) : null,
                                owned.getOrDefault(node.incarnation(), 0)))
                        .toList(),
                nodes.isJoining(now) || now - bornNanos < settings.joinGrace().toNanos(),
                records.behind(),
                failing.reasons(),
                failures());
    }

    private List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (SkuTrack track : tracks.values()) {
            track.failures(SHOWN_FAILURES - failures.size(), failures::add);
        }
        return failures;
    }

    CompletableFuture<Map<Integer, PartitionLook>> lookAt(Sku sku) {
        return freshReports.askAll().thenApply(heard -> {
            Map<Integer, PartitionLook> looks = new HashMap<>();
            for (NodeSession node : nodes.all()) {
                node.heldOf(sku)
                        .forEach(report -> looks.merge(
                                report.getSlot(),
                                PartitionLook.of(node.incarnation(), report),
                                (one, other) -> one.epoch() >= other.epoch() ? one : other));
            }
            return looks;
        });
    }

    <T> CompletableFuture<T> carryOut(Sku sku, LongFunction<T> deed) {
        return ask(() -> deed.apply(term)).thenApply(done -> {
            onIntentions(Set.of(sku));
            return done;
        });
    }

    /** What it sees now of a SKU's slots. */
    List<SlotView> slots(SkuBook book) {
        return reviewer.views(book, track(book.sku()), loop.nanoTime());
    }

    /** The moves by which its partitions would be spread over the nodes now. */
    List<Levelling.Move> spread(SkuBook book) {
        return reviewer.spread(book, nodes.takers(loop.nanoTime()));
    }

    // ---- What batches use

    Parts parts() {
        return parts;
    }

    Nodes nodes() {
        return nodes;
    }

    Reviewer reviewer() {
        return reviewer;
    }

    CeilingRounds ceilings() {
        return ceilings;
    }

    long stockChanges() {
        return stockChanges;
    }

    /** Asks the books; the answer comes on the loop, or never, if the term is over by then. */
    <T> CompletableFuture<T> ask(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            parts.blocking().execute(() -> {
                try {
                    T found = question.get();
                    back(() -> answer.complete(found));
                } catch (RuntimeException e) {
                    back(() -> fail(answer, e));
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The executor is closed", e);
        }
        return answer;
    }

    /** Does something with an answer, as a task of its own: what that throws is the loop's to report. */
    private <T> void answered(CompletableFuture<T> answer, BiConsumer<T, @Nullable Throwable> then) {
        var unused = answer.whenComplete((found, fault) -> back(() -> then.accept(found, fault)));
    }

    private void back(Runnable task) {
        loop.offer(() -> {
            if (active) {
                task.run();
            }
        });
    }

    private void fail(CompletableFuture<?> answer, RuntimeException fault) {
        if (fault instanceof LeadershipLostException) {
            LOG.info("The term {} is over: {}", term, fault.getMessage());
            close();
            onOver.run();
        } else {
            answer.completeExceptionally(fault);
        }
    }

    // ---- Nodes

    void setNodes(Map<String, NodeEntry> live) {
        if (nodes.all().isEmpty()) {
            // Where one comes after none, others follow.
            nodes.awaitOwners(loop.nanoTime());
        }
        for (String known : nodes.incarnations()) {
            NodeSession session = nodes.get(known);
            NodeEntry entry = live.get(known);
            if (session == null) {
                continue;
            }
            if (entry == null) {
                rollCall.unregistered(session);
            } else if (entry.address().equals(session.address())) {
                session.register();
            } else {
                forget(session);
            }
        }
        for (NodeEntry entry : live.values()) {
            if (nodes.get(entry.incarnation()) == null) {
                NodeSession session = new NodeSession(
                        entry.incarnation(),
                        entry.address(),
                        loop,
                        parts.connector(),
                        ControlMessages.greeting(parts.name(), term),
                        this::laneOf,
                        settings.reconnect(),
                        settings.unreachableAfter(),
                        this);
                nodes.put(session);
                session.connect();
                loop.schedule(settings.joinGrace().plusMillis(1), this::lookAtUnplaced);
            }
        }
        parts.metrics().knows(nodes.all().size());
        records.setNodes(live.values());
        tellRecordVersion();
        lookAtUnplaced();
    }

    void setAllocators(List<AllocatorEntry> live) {
        records.setAllocators(live);
        tellRecordVersion();
    }

    @Override
    public void onGreeted(NodeSession node) {
        records.heard(node.recordVersion());
        tellRecordVersion();
    }

    /** A node that has not said what it is, or whose link breaks, is told when it says so. */
    private void tellRecordVersion() {
        int version = records.version();
        for (NodeSession node : nodes.all()) {
            if (node.recordVersion() > 0 && node.recordVersion() < version) {
                node.sendAnyway(ControlMessages.writeRecords(version));
            }
        }
        parts.metrics().recordVersions(version, records.behind().size());
    }

    /** The registry was away and is back: its nodes may appear one by one. */
    void onReach() {
        nodes.awaitOwners(loop.nanoTime());
    }

    private void forget(NodeSession node) {
        nodes.remove(node.incarnation());
        node.close();
        ceilings.forget(node);
        freshReports.heard(node);
    }

    private void onGone(NodeSession node) {
        LOG.info("Node {} is gone", node.incarnation());
        forget(node);
        parts.metrics().knows(nodes.all().size());
        lookAtThoseOf(node.incarnation());
        lookAtUnplaced();
    }

    private void onOutOfReach(NodeSession node) {
        lookAtThoseOf(node.incarnation());
        lookAtUnplaced();
    }

    @Override
    public void onHeardAgain(NodeSession node) {
        // What nobody could take is still its own.
        lookAtThoseOf(node.incarnation());
    }

    private CompletableFuture<Optional<GivenLane>> laneOf(NodeSession node) {
        Set<String> live = nodes.incarnations();
        return ask(() -> parts.store().assignLane(term, node.incarnation(), live));
    }

    private void lookAtThoseOf(String incarnation) {
        answered(ask(() -> parts.store().ownedBy(incarnation)), (skus, fault) -> {
            if (fault == null) {
                attend(skus);
            } else {
                LOG.warn("The partitions of node {} are left to the next sweep", incarnation, fault);
            }
        });
    }

    private void lookAtUnplaced() {
        if (active && !unplaced.isEmpty() && !nodes.takers(loop.nanoTime()).isEmpty()) {
            Set<SkuTrack> again = new LinkedHashSet<>(unplaced);
            unplaced.clear();
            again.forEach(track -> attend(track, Duration.ZERO));
        }
    }

    @Override
    public void onReady(NodeSession node) {
        nodes.joined(node);
        lookAtUnplaced();
        // What it reports may differ from the books in any of its partitions.
        lookAtThoseOf(node.incarnation());
    }

    @Override
    public void onLinkLost(NodeSession node) {
        freshReports.heard(node);
        ceilings.forget(node);
        rollCall.linkLost(node);
        // A node that has heard a later leader closes our links: without a node there is nothing to write, and so
        // nothing else that would tell.
        checkTerm();
    }

    private void checkTerm() {
        CompletableFuture<Boolean> unused = ask(this::checkBooks);
    }

    @Override
    public void onFullReport(NodeSession node) {
        freshReports.heard(node);
    }

    @Override
    public void onCeilingsKept(NodeSession node, long round) {
        ceilings.kept(node, round);
    }

    @Override
    public void onLaneRefused(NodeSession node, int lane, String reason) {
        LOG.error("Node {} does not take lane {}, it gets another: {}", node.incarnation(), lane, reason);
        CompletableFuture<Boolean> refused = ask(() -> {
            parts.store().refuseLane(term, node.incarnation(), lane, reason);
            return true;
        });
        answered(refused, (done, fault) -> {
            if (fault == null) {
                node.checkLane();
            } else {
                LOG.warn("That lane {} is refused can't be written down, it will be given again", lane, fault);
                loop.schedule(FAULT_PAUSE, node::checkLane);
            }
        });
    }

    @Override
    public void onReport(NodeSession node, PartitionId partition, PartitionReport report) {
        SkuTrack track = track(partition.sku());
        SkuTrack.Slot slot = track.slot(partition.slot());
        boolean open = false;
        boolean exhausted = report.getState() == PartitionReport.State.EXHAUSTED;
        if (exhausted || report.getState() == PartitionReport.State.SERVING) {
            open = true;
            if (report.getEpoch() >= slot.reportedEpoch) {
                noteTakeover(slot, report.getEpoch());
                slot.reportedEpoch = report.getEpoch();
                slot.exhausted = exhausted;
            }
        }
        if (open || !report.getReason().isEmpty()) {
            noteFailure(node, partition, slot, report);
        }
        if (report.getWanted() > 0) {
            slot.need = Math.max(slot.need, report.getWanted());
            slot.needNanos = loop.nanoTime();
        }
        boolean lost =
                report.getState() == PartitionReport.State.CLOSED || report.getState() == PartitionReport.State.REFUSED;
        boolean wishes = open && !track.dry && (exhausted || report.getWantsGrant());
        boolean soldOut = exhausted && track.isExhausted();
        if (lost || wishes || soldOut || report.getWanted() > 0 || track.isWaiting()) {
            attend(track, Duration.ZERO);
        }
    }

    private static void noteFailure(
            NodeSession node, PartitionId partition, SkuTrack.Slot slot, PartitionReport report) {
        if (report.getEpoch() >= Math.max(slot.failedEpoch, slot.reportedEpoch)) {
            boolean isNews = !report.getReason().equals(slot.failure);
            slot.failure = report.getReason();
            slot.failedEpoch = report.getEpoch();
            if (isNews && !slot.failure.isEmpty()) {
                LOG.warn(
                        "{} epoch {} is not opened by node {}, it is tried again: {}",
                        partition,
                        report.getEpoch(),
                        node.incarnation(),
                        slot.failure);
            }
        }
    }

    private void noteTakeover(SkuTrack.Slot slot, long openEpoch) {
        if (slot.takenEpoch > 0 && openEpoch >= slot.takenEpoch) {
            slot.takenEpoch = 0;
            parts.metrics().takenOver(loop.nanoTime() - slot.takenNanos);
        }
    }

    // ---- What operators want

    /** Operators have written something about these SKUs. */
    void onIntentions(Collection<Sku> skus) {
        attend(skus);
    }

    /** Operators have said which nodes are to be drained, or not any more. */
    void onDrains() {
        if (active && swept.isDone()) {
            refreshDrains();
        }
    }

    private void refreshDrains() {
        answered(ask(() -> parts.store().drains(term)), (drains, fault) -> {
            if (fault != null) {
                LOG.warn("Which nodes are drained is asked again with the next sweep", fault);
            } else {
                setDrains(drains);
            }
        });
    }

    private void setDrains(AllocationStore.Drains drains) {
        nodes.setDrained(drains.nodes());
        lookAtUnplaced();
        if (drains.openDrains() > 0 && !drainTimer) {
            // Their partitions are found by the sweep as well, but people wait.
            boolean canTake = !nodes.takers(loop.nanoTime()).isEmpty();
            for (String incarnation : nodes.incarnations()) {
                if (canTake && nodes.isDrained(incarnation)) {
                    lookAtThoseOf(incarnation);
                }
            }
            drainTimer = true;
            loop.schedule(settings.patience().multipliedBy(2), () -> {
                drainTimer = false;
                onDrains();
            });
        }
    }

    // ---- Stock

    void onSettled(Collection<Sku> skus) {
        for (Sku sku : skus) {
            SkuTrack track = tracks.get(sku);
            if (track == null) {
                continue;
            }
            if (track.isWaiting()) {
                attend(track, Duration.ZERO);
            } else if (track.dry && track.isExhausted()) {
                attend(track, FIRST_PATIENCE);
            }
        }
    }

    void onStockChanged(Collection<Sku> skus) {
        stockChanges++;
        for (Sku sku : skus) {
            SkuTrack track = track(sku);
            track.stockChange = stockChanges;
            track.restocking = false;
            track.dry = false;
            attend(track, Duration.ZERO);
        }
    }

    /** Something has changed the books of these SKUs: what was read before is past. */
    void lookAt(Collection<Sku> skus) {
        stockChanges++;
        for (Sku sku : skus) {
            SkuTrack track = track(sku);
            track.stockChange = stockChanges;
            attend(track, Duration.ZERO);
        }
    }

    /** Completes when nobody is told any more, by nodes or the registry, that these SKUs have little or nothing. */
    CompletableFuture<Void> announce(Set<Sku> skus) {
        return swept.thenCompose(done -> {
            stockChanges++;
            for (Sku sku : skus) {
                SkuTrack track = track(sku);
                track.stockChange = stockChanges;
                track.restocking = true;
                track.restockUntilNanos = loop.nanoTime() + RESTOCK_LIFE.toNanos();
            }
            return ceilings.raise(skus).thenCompose(raised -> publishSelling(skus));
        });
    }

    private CompletableFuture<Void> publishSelling(Set<Sku> skus) {
        boolean all = true;
        for (Sku sku : skus) {
            SkuEntry entry = publisher.latest(sku);
            if (entry != null && entry.state() != SkuState.PAUSED) {
                SkuEntry selling = new SkuEntry(SkuState.SELLING, entry.slots());
                publisher.want(sku, selling);
                all &= publisher.isPublished(sku, selling);
            }
        }
        return all
                ? CompletableFuture.completedFuture(null)
                : publisher.nextWrite().thenCompose(done -> publishSelling(skus));
    }

    /** Makes the registry say what the books say, unless these are past (then they are looked at again), or about to be. */
    void publish(SkuBook book, SkuTrack track, boolean current) {
        SkuState state = book.paused() ? SkuState.PAUSED : book.actual() == 0 ? SkuState.SOLD_OUT : SkuState.SELLING;
        if (state == SkuState.SOLD_OUT && (!current || track.isRestocking(loop.nanoTime()))) {
            return;
        }
        // All that ever were: a client must hear each of them before it refuses.
        SkuEntry latest = publisher.latest(book.sku());
        int slots = Math.max(book.allSlots(), latest == null ? 0 : latest.slots());
        if (!current && latest != null) {
            // A sale that has just opened does not close again because of what was read before.
            state = latest.state();
        }
        publisher.want(book.sku(), new SkuEntry(state, slots));
    }

    // ---- Attention

    private SkuTrack track(Sku sku) {
        return tracks.computeIfAbsent(sku, SkuTrack::new);
    }

    private void attend(Collection<Sku> skus) {
        skus.forEach(sku -> attend(track(sku), Duration.ZERO));
    }

    void attend(SkuTrack track, Duration in) {
        attention.add(track, loop.nanoTime() + in.toNanos());
        wake();
    }

    void place(SkuTrack track) {
        unplaced.add(track);
    }

    private void wake() {
        // Until the first sweep is done, nobody knows who has how many partitions, or what is published.
        boolean idle = attention.isEmpty() && suspects.isEmpty();
        if (!active || !swept.isDone() || idle || batches >= settings.batches()) {
            return;
        }
        long now = loop.nanoTime();
        long due = suspects.isEmpty() ? attention.earliestNanos(now) : now;
        long at = Math.max(due, tickNanos + settings.pace().toNanos());
        if (tickTimer != null) {
            tickTimer.cancel();
        }
        tickTimer = loop.schedule(Duration.ofNanos(Math.max(0, at - now)), this::tick);
    }

    private void tick() {
        tickTimer = null;
        tickNanos = loop.nanoTime();
        while (active && batches < settings.batches()) {
            List<SkuTrack> due =
                    suspects.isEmpty() ? attention.takeDue(tickNanos, settings.batchSkus()) : suspects.remove();
            if (due.isEmpty()) {
                break;
            }
            batches++;
            due.forEach(track -> track.inBatch = true);
            long sinceNanos = tickNanos;
            Batch batch = new Batch(this, due);
            answered(batch.run(), (done, fault) -> {
                parts.metrics().looked(loop.nanoTime() - sinceNanos, fault != null);
                batches--;
                if (fault == null) {
                    looks.isOver();
                    due.forEach(track -> finish(track, batch.failed().get(track.sku)));
                } else {
                    examine(due, fault);
                }
                wake();
            });
        }
        parts.metrics().attends(attention.size());
        wake();
    }

    private void finish(SkuTrack track, @Nullable RuntimeException fault) {
        if (fault != null) {
            setAside(track, fault);
            return;
        }
        failing.wentWell(track.sku);
        track.inBatch = false;
        if (track.lookAgain) {
            attention.add(track, loop.nanoTime());
        } else if (track.laterNanos >= 0) {
            attention.add(track, loop.nanoTime() + track.laterNanos);
        }
        track.lookAgain = false;
        track.laterNanos = -1;
    }

    /** Whether it is the books that do not answer, or one of these SKUs that can't be looked at. */
    private void examine(List<SkuTrack> tracksOfBatch, Throwable fault) {
        answered(ask(this::checkBooks), (fine, away) -> {
            if (away != null) {
                looks.is(fault);
                for (SkuTrack track : tracksOfBatch) {
                    track.inBatch = false;
                    attention.add(track, loop.nanoTime() + FAULT_PAUSE.toNanos());
                    track.lookAgain = false;
                    track.laterNanos = -1;
                }
            } else if (tracksOfBatch.size() == 1) {
                setAside(tracksOfBatch.get(0), fault);
            } else {
                suspects.addAll(Lists.partition(tracksOfBatch, (tracksOfBatch.size() + 1) / 2));
            }
            wake();
        });
    }

    private boolean checkBooks() {
        parts.store().checkTerm(term);
        return true;
    }

    /** It stays in its batch, of one: whoever wants a look meanwhile gets it with that. */
    private void setAside(SkuTrack track, Throwable fault) {
        track.laterNanos = -1;
        loop.schedule(failing.failed(track.sku, fault), () -> {
            suspects.add(List.of(track));
            wake();
        });
    }

    // ---- The sweep

    private void sweep() {
        if (!active || sweeping) {
            return;
        }
        sweeping = true;
        sweepNanos = loop.nanoTime();
        tally = new HashMap<>();
        answered(ask(() -> parts.store().drains(term)), (drains, fault) -> {
            if (fault != null) {
                sweeps.is(fault);
                sweepAgain(FAULT_PAUSE);
            } else {
                setDrains(drains);
                levelling.begin(loop.nanoTime());
                sweepFrom(0);
            }
        });
    }

    private void sweepFrom(int afterId) {
        long asOf = stockChanges;
        answered(ask(() -> parts.store().page(afterId, SWEEP_SKUS)), (page, fault) -> {
            if (fault != null) {
                sweeps.is(fault);
                sweepAgain(FAULT_PAUSE);
                return;
            }
            page.unreadable().keySet().forEach(sku -> attend(track(sku), Duration.ZERO));
            page.books().forEach(book -> consider(book, asOf));
            if (page.lastId().isPresent()) {
                sweepFrom(page.lastId().getAsInt());
            } else {
                sweeps.isOver();
                placement.reset(tally);
                owned = tally;
                levelling.end(loop.nanoTime());
                parts.metrics().swept(loop.nanoTime() - sweepNanos);
                sweepAgain(settings.sweep());
                swept.complete(null);
                wake();
            }
        });
    }

    private void sweepAgain(Duration pause) {
        sweeping = false;
        sweepTimer = loop.schedule(pause, this::sweep);
    }

    private void consider(SkuBook book, long asOf) {
        SkuTrack track = track(book.sku());
        Map<Integer, String> nextOwners = levelling.choose(book, track, loop.nanoTime());
        for (PartitionBook partition : book.partitions()) {
            String node = nextOwners.getOrDefault(partition.slot(), partition.node());
            if (node != null) {
                tally.merge(node, 1, Integer::sum);
            }
        }
        boolean current = track.stockChange <= asOf;
        publish(book, track, current);
        if (current) {
            track.dry = book.inventory() == 0;
        }
        if (!current || !nextOwners.isEmpty() || needsLook(book, track)) {
            attend(track, Duration.ZERO);
        }
    }

    private boolean needsLook(SkuBook book, SkuTrack track) {
        try {
            return reviewer.needsLook(book, track, loop.nanoTime());
        } catch (RuntimeException e) {
            LOG.debug("The look at SKU {} will fail as well, and say why", book.sku(), e);
            return true;
        }
    }
}
