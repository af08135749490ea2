// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static com.google.common.base.Preconditions.checkState;

import io.granary.concurrent.Loop;
import io.granary.log.StockLog;
import io.granary.model.PartitionId;
import io.granary.model.Quantity;
import io.granary.model.Sku;
import io.granary.node.pool.IdMemory;
import io.granary.node.pool.Pool;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.record.Entries;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that a node serves, and the lane that makes their deductions durable.
 *
 * <p>Everything runs on one loop. A request is decided at once, against the pool; if it is accepted it joins the section
 * that forms. While a record is in flight the next one forms (group commit). When the record in flight is known to be
 * stored, its sections are judged, those who waited are answered, and what formed meanwhile is sent. A request is never
 * answered DEDUCTED before its section is durable and valid, nor refused before a record shows that the partition is still
 * owned here: whoever has replaced this node may have deducted it. A record may be empty but for that; such records are
 * sent some 100 times a second at most, and share what waits.
 *
 * <p>Each record proves that what was acknowledged in the lane before is never lost: only what is proven settles. So what
 * was written last is followed by an empty record if nothing else follows it soon.
 *
 * <p>When what forms has reached the size of a record, further frames wait in the backlog, which is bounded; beyond it
 * they are THROTTLED. Frames wait only while a record is in flight: its end serves them. What has waited longer than
 * those who asked would is answered EXPIRED instead: after an outage a node has better things to do. That is measured from
 * the frame's arrival by the node's own clock, and decides only who is served, never what is true.
 */
public final class Lane implements LaneWriter.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    /** Ids whose memory is waited for at once. */
    private static final int AT_ONCE = 32;

    /** After so long without a record, what was written last is proven by an empty one. */
    private static final Duration PROOF_PAUSE = Duration.ofMillis(20);

    /**
     * The least time from one record that only asks whether the partitions are still owned to the next: in a rush of a
     * SKU that is sold out each refusal would cost one, and takeovers and settlement would have to read them all.
     */
    private static final long ASK_PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    /** Hears what others should know. Called on the loop. */
    public interface Events {
        /** The lane's place is known: partitions may be opened. */
        void onJoined(int lane);

        /** The lane that was given can't be used; another one may. */
        void onLaneRefused(int lane, String reason);

        /** The partition's state, totals or demand have changed in a way that the leader wants to know. */
        void onChanged(Partition partition);

        /** It has units: it was opened with some, or has got some again. */
        void onServing(Partition partition);

        /** It has no units: clients should go elsewhere, but for what it may have deducted before. */
        void onExhausted(Partition partition);

        /** It is served here no longer. */
        void onClosed(Partition partition);

        /** Nothing can be served any more. */
        void onStopped(String reason);
    }

    private record Waiting(ClientFrame.Deduct frame, FrameTicket ticket, ClientStream stream) {}

    private final LaneSettings settings;
    private final String writerName;
    private final StockLog log;
    private final Loop loop;
    private final LaneMetrics metrics;
    private final Events events;

    private final Map<PartitionId, Partition> partitions = new HashMap<>();
    private final BegunEpochs begun;

    /** Epochs that were begun and are being taken over. */
    private final Map<PartitionId, Long> opening = new HashMap<>();

    private final Map<Sku, Long> ceilings = new HashMap<>();
    private final Deque<Partition> dirty = new ArrayDeque<>();
    private final Deque<Waiting> backlog = new ArrayDeque<>();
    /** What the sections that form will take in a record, at most: the sum of {@link #bytesOf} over {@link #dirty}. */
    private int formingBytes;

    private int backlogEntries;

    /** Whether what forms has deductions or units to give back; else it only asks. */
    private boolean hasSections;

    /** When a record that only asks may be sent again, and whether a timer waits for that. */
    private long askNotBeforeNanos;

    private boolean waitingToAsk;
    private @Nullable LaneWriter writer;
    private int recordVersion = 1;
    private boolean provingSoon;

    /** Lanes that this node does not take, with why. */
    private final Map<Integer, String> refused = new HashMap<>();

    private boolean joined;
    private boolean closing;
    private boolean stopped;

    /** Ids accepted since the window turned. */
    private long windowIds;

    private long windowSinceNanos;
    /** How long the last window was when it turned, and whether that was too short. */
    private long windowNanos;

    private boolean windowTooShort;
    private final IdMemory idMemory;

    /** Means nothing: keeps the compiler from leaving the touching out. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    public Lane(
            LaneSettings settings,
            String writerName,
            StockLog log,
            Loop loop,
            LaneMetrics metrics,
            BegunEpochs begun,
            Events events) {
        this.settings = settings;
        this.writerName = writerName;
        this.log = log;
        this.loop = loop;
        this.metrics = metrics;
        this.begun = begun;
        this.events = events;
        windowSinceNanos = loop.nanoTime();
        askNotBeforeNanos = windowSinceNanos;
        windowNanos = settings.idWindow().toNanos();
        idMemory = new IdMemory(settings.idMemoryOfLane());
    }

    // ---- The lane

    /**
     * Takes a lane for life: appends an empty record, whose offset tells where the lane stands. Asked again it does
     * nothing. Another lane is taken as long as the place in the first one is not known: until then nobody gives
     * partitions to this node. After that it would forget the fences in the first, so it must give up instead.
     *
     * @param settled the offset of the first record that has not settled: a lane that ends below it is refused
     */
    public void join(int number, long settled) {
        if (stopped) {
            return;
        }
        String why = refused.get(number);
        if (why != null) {
            // Each look appends: often enough, and the lane would seem long enough.
            events.onLaneRefused(number, why);
            return;
        }
        if (writer != null && writer.lane() != number) {
            if (joined) {
                stop("lane " + number + " was given to a node of lane " + writer.lane() + " (expected: one for life)");
                return;
            }
            writer.abandon();
            writer = null;
        }
        if (writer == null) {
            writer = new LaneWriter(log, loop, number, settled, metrics, this);
            writer.write(newRecord(0).build(), List.of());
        }
    }

    /** The lane's number; empty until its place is known. */
    public OptionalInt number() {
        return joined && writer != null ? OptionalInt.of(writer.lane()) : OptionalInt.empty();
    }

    /**
     * From now on records are of this version, or of the highest that can be written here; never again of a lower one.
     * At first they are of version 1, which everybody reads.
     */
    public void writeRecords(int version) {
        recordVersion = Math.max(recordVersion, Math.min(version, LogRecord.VERSION));
        if (joined) {
            proveSoon();
        }
    }

    /** The version of the records that are written. */
    public int recordVersion() {
        return recordVersion;
    }

    private RecordBuilder newRecord(int bytes) {
        return new RecordBuilder(writerName, loop.currentTimeMillis(), named(), bytes);
    }

    private long named() {
        return recordVersion == 1 ? LogRecord.UNNAMED : lane().acknowledged();
    }

    private void proveSoon() {
        if (recordVersion > 1 && !provingSoon && lane().isIdle() && lane().isUnproven()) {
            provingSoon = true;
            loop.schedule(PROOF_PAUSE.minusNanos(lane().idleNanos()), this::prove);
        }
    }

    private void prove() {
        provingSoon = false;
        // A record in flight is the proof.
        if (lane().isIdle() && lane().isUnproven()) {
            if (lane().idleNanos() < PROOF_PAUSE.toNanos()) {
                proveSoon();
            } else {
                lane().write(newRecord(0).build(), List.of());
            }
        }
    }

    private void pump() {
        if (!mayWrite()) {
            return;
        }
        List<Partition> next = new ArrayList<>(dirty.size());
        int bytes = RecordBuilder.emptyBytes(writerName, named());
        while (!dirty.isEmpty() && bytes + bytesOf(dirty.getFirst()) <= LogRecord.MAX_BYTES) {
            Partition partition = dirty.removeFirst();
            partition.isDirty = false;
            formingBytes -= bytesOf(partition);
            if (partition.hasForming()) {
                bytes += partition.sectionBytes();
                next.add(partition);
            }
        }
        boolean asks = !hasSections;
        hasSections = !dirty.isEmpty();
        if (!next.isEmpty()) {
            askNotBeforeNanos = asks ? loop.nanoTime() + ASK_PAUSE_NANOS : askNotBeforeNanos;
            write(next, bytes);
        }
    }

    private boolean mayWrite() {
        return writer != null && writer.isIdle() && !dirty.isEmpty() && !waitsToAsk();
    }

    /**
     * Whether what forms only asks, soon after the lane has asked. Then it waits a moment for others, or for a section
     * that takes it along. Never longer than it has room: nothing else waits for it.
     */
    private boolean waitsToAsk() {
        long wait = askNotBeforeNanos - loop.nanoTime();
        if (hasSections || wait <= 0 || formingBytes >= settings.recordMaxBytes()) {
            return false;
        }
        if (!waitingToAsk) {
            waitingToAsk = true;
            loop.schedule(Duration.ofNanos(wait), () -> {
                waitingToAsk = false;
                pump();
            });
        }
        return true;
    }

    private void write(List<Partition> next, int bytes) {
        RecordBuilder record = newRecord(bytes);
        List<InFlight> sections = new ArrayList<>(next.size());
        int deductions = 0;
        for (Partition partition : next) {
            deductions += partition.formingCount();
            sections.add(partition.seal(record));
        }
        metrics.formed(deductions);
        lane().write(record.build(), sections);
    }

    private static int bytesOf(Partition partition) {
        return emptyBytesOf(partition) + partition.formingBytes();
    }

    private static int emptyBytesOf(Partition partition) {
        return RecordBuilder.deductionsBytes(partition.id(), 0) + RecordBuilder.returnBytes(partition.id());
    }

    @Override
    public void onWritten(List<InFlight> sections, boolean jumped) {
        if (!joined) {
            joined = true;
            events.onJoined(lane().lane());
        }
        long units = 0;
        for (InFlight inFlight : sections) {
            if (inFlight.isValid()) {
                inFlight.partition().confirm(inFlight);
                units += inFlight.deductionsSeq() > 0 ? inFlight.units() : 0;
            } else {
                inFlight.partition().refuseInFlight(Answer.NOT_OWNER);
            }
        }
        metrics.sold(units);
        sections.forEach(inFlight -> inFlight.partition().flushInFlight());
        if (jumped) {
            closeFenced();
        }
        for (InFlight inFlight : sections) {
            if (inFlight.returnSeq() > 0 && inFlight.isValid()) {
                events.onChanged(inFlight.partition());
            }
        }
        // What has formed goes first, so that the next record forms from the backlog while it is in flight.
        do {
            pump();
            serveBacklog();
        } while (mayWrite());
        proveSoon();
    }

    private void closeFenced() {
        List<Partition> fenced = new ArrayList<>(0);
        for (Partition partition : partitions.values()) {
            if (lane().fenceOf(partition.id()) > partition.epoch()) {
                fenced.add(partition);
            }
        }
        fenced.forEach(this::close);
    }

    private LaneWriter lane() {
        checkState(writer != null, "no lane yet");
        return writer;
    }

    @Override
    public void onRefused(String reason) {
        int number = lane().lane();
        writer = null;
        refused.put(number, reason);
        LOG.warn("Another lane is wanted: {}", reason);
        events.onLaneRefused(number, reason);
    }

    /** Ends in order; what is open is answered UNKNOWN. */
    public void close() {
        closing = true;
        stop("closed");
    }

    /** Gives up: nothing that is open can be known any more. */
    public void stop(String reason) {
        if (writer != null) {
            writer.stop(reason);
        } else {
            onStopped(reason, List.of());
        }
    }

    @Override
    public void onStopped(String reason, List<InFlight> sections) {
        if (stopped) {
            return;
        }
        stopped = true;
        if (!closing) {
            LOG.error("Stopped: {}", reason);
        }
        for (InFlight inFlight : sections) {
            inFlight.partition().refuseInFlight(Answer.UNKNOWN);
        }
        sections.forEach(inFlight -> inFlight.partition().flushInFlight());
        List.copyOf(partitions.values()).forEach(this::close);
        dirty.clear();
        formingBytes = 0;
        serveBacklog();
        events.onStopped(reason);
    }

    public boolean isStopped() {
        return stopped;
    }

    /** What is here now: one look at every partition. */
    public Census census() {
        int serving = 0;
        int below = 0;
        long units = 0;
        long ids = 0;
        for (Partition partition : partitions.values()) {
            ids += partition.pool().rememberedIds();
            serving += partition.state() == PartitionState.SERVING ? 1 : 0;
            below += partition.isBelowLowWatermark() ? 1 : 0;
            units += partition.pool().remaining();
        }
        return new Census(
                joined,
                stopped,
                serving,
                partitions.size() - serving,
                opening.size(),
                below,
                units,
                backlogEntries,
                writer == null ? 0 : writer.writingNanos(),
                ids,
                windowNanos);
    }

    // ---- Partitions

    /** What a node says to an order to open an epoch. */
    public enum Beginning {
        /** Begun now: take it over, then {@link #open} it. */
        BEGUN,
        /** Begun before, and not yet lost. */
        KNOWN,
        /** It came too late, or was lost: a higher epoch was begun or fenced, or this one has ended here. */
        REFUSED
    }

    /** Begins an epoch, once. A lower epoch that is served here is closed: its successor will fence it. */
    public Beginning begin(PartitionId id, long epoch) {
        if (stopped || writer == null || !joined) {
            return Beginning.REFUSED;
        }
        long last = begun.highest(id);
        if (epoch < last || epoch < writer.fenceOf(id)) {
            return Beginning.REFUSED;
        }
        Partition served = partitions.get(id);
        if (epoch == last) {
            // Either still being taken over, or served, or lost since.
            return lost(id, epoch, served) ? Beginning.REFUSED : Beginning.KNOWN;
        }
        if (served != null) {
            close(served);
        }
        begun.begin(id, epoch);
        opening.put(id, epoch);
        return Beginning.BEGUN;
    }

    private boolean lost(PartitionId id, long epoch, @Nullable Partition served) {
        boolean isServed = served != null && served.epoch() == epoch;
        return !isServed && !Long.valueOf(epoch).equals(opening.get(id));
    }

    /** Ends a takeover: the epoch is served from now on, unless it came too late. */
    public void open(PartitionId id, long epoch, Pool pool) {
        boolean expected = opening.remove(id, epoch);
        if (!expected || stopped || lane().fenceOf(id) > epoch) {
            pool.countIdsIn(IdMemory.unlimited());
            return;
        }
        pool.countIdsIn(idMemory);
        Partition partition = new Partition(id, epoch, pool);
        partitions.put(id, partition);
        turnWindow(loop.nanoTime());
        if (partition.state() == PartitionState.SERVING) {
            events.onServing(partition);
        } else {
            events.onExhausted(partition);
        }
        updateDemand(partition);
        events.onChanged(partition);
    }

    /** A takeover can't be done. */
    public void abandon(PartitionId id, long epoch) {
        opening.remove(id, epoch);
    }

    public @Nullable Partition partition(PartitionId id) {
        return partitions.get(id);
    }

    public Collection<Partition> partitions() {
        return partitions.values();
    }

    /** The epochs that are being taken over. */
    public Map<PartitionId, Long> opening() {
        return opening;
    }

    /** Does what the leader wants of an open partition; totals that are reached already change nothing. */
    public void instruct(Partition partition, long granted, long returnTo) {
        if (partition.grant(granted)) {
            if (partition.state() == PartitionState.EXHAUSTED) {
                partition.become(PartitionState.SERVING);
                events.onServing(partition);
            }
            updateDemand(partition);
            events.onChanged(partition);
        }
        if (partition.returnTo(returnTo)) {
            hasSections = true;
            markDirty(partition);
            exhaustIfEmpty(partition);
            pump();
        }
    }

    /** Below how many units the partition wants a grant; 0: by its own rule. */
    public void lowWatermark(Partition partition, long units) {
        if (partition.lowWatermark(units)) {
            updateDemand(partition);
            events.onChanged(partition);
        }
    }

    /** Serves the partition no longer. What forms was never sent and is refused; what is in flight ends as it ends. */
    public void close(Partition partition) {
        partitions.remove(partition.id());
        partition.become(PartitionState.CLOSED);
        partition.pool().countIdsIn(IdMemory.unlimited());
        formingBytes -= partition.formingBytes();
        partition.refuseForming(Answer.NOT_OWNER);
        events.onClosed(partition);
        events.onChanged(partition);
    }

    private void exhaustIfEmpty(Partition partition) {
        if (partition.pool().remaining() == 0 && partition.state() == PartitionState.SERVING) {
            partition.become(PartitionState.EXHAUSTED);
            events.onExhausted(partition);
            updateDemand(partition);
            events.onChanged(partition);
        }
    }

    // ---- Requests

    /** Decides on a frame, now or when there is room. */
    public void deduct(ClientFrame.Deduct frame, FrameTicket ticket, ClientStream stream) {
        if (formingBytes < settings.recordMaxBytes() && backlog.isEmpty()) {
            serve(frame, ticket);
            pump();
        } else if (hasRoomFor(frame.entries())) {
            backlog.addLast(new Waiting(frame, ticket, stream));
            backlogEntries += frame.entries();
        } else {
            ticket.answer(0, frame.entries(), Answer.THROTTLED, 0);
            ticket.flush();
        }
    }

    /** Whether so many more may wait. Those at the head whom nobody waits for any more make room. */
    private boolean hasRoomFor(int entries) {
        while (backlogEntries + entries > settings.backlogMaxEntries() && !backlog.isEmpty()) {
            Waiting oldest = backlog.getFirst();
            long waitedMillis = waitedMillis(oldest.ticket(), loop.nanoTime());
            if (!oldest.stream().isSuperseded()
                    && oldest.frame().groups().stream().anyMatch(group -> waitedMillis <= group.patienceMillis())) {
                return false;
            }
            backlog.removeFirst();
            backlogEntries -= oldest.frame().entries();
            oldest.ticket().answer(0, oldest.frame().entries(), Answer.EXPIRED, 0);
            oldest.ticket().flush();
        }
        return backlogEntries + entries <= settings.backlogMaxEntries();
    }

    private static long waitedMillis(FrameTicket ticket, long nowNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos - ticket.receivedNanos());
    }

    private void serveBacklog() {
        while (formingBytes < settings.recordMaxBytes() && !backlog.isEmpty()) {
            Waiting next = backlog.removeFirst();
            backlogEntries -= next.frame().entries();
            if (!next.stream().isSuperseded()) {
                serve(next.frame(), next.ticket());
            }
        }
    }

    private void serve(ClientFrame.Deduct frame, FrameTicket ticket) {
        long now = loop.nanoTime();
        long waitedMillis = waitedMillis(ticket, now);
        int index = 0;
        for (ClientFrame.Group group : frame.groups()) {
            if (waitedMillis <= group.patienceMillis()) {
                serve(group, ticket, index, now);
            } else {
                ticket.answer(index, group.entries().count(), Answer.EXPIRED, 0);
            }
            index += group.entries().count();
        }
        ticket.flush();
    }

    private void serve(ClientFrame.Group group, FrameTicket ticket, int firstIndex, long now) {
        Entries entries = group.entries();
        Partition partition = partitions.get(group.partition());
        if (partition == null || partition.epoch() != group.epoch()) {
            ticket.answer(firstIndex, entries.count(), Answer.NOT_OWNER, partition == null ? 0 : partition.epoch());
            return;
        }
        turnWindow(now);
        // Whether a refusal would prove anything: else the id may have been deducted by an earlier attempt, and be
        // forgotten.
        boolean remembersAll = group.ageMillis() == 0
                || partition
                        .pool()
                        .isCompleteSince(ticket.receivedNanos() - TimeUnit.MILLISECONDS.toNanos(group.ageMillis()));
        int before = partition.formingCount();
        int entriesBefore = partition.formingEntries();
        for (int i = 0; i < entries.count(); i++) {
            if (i % AT_ONCE == 0) {
                touched += touch(partition.pool(), entries, i);
            }
            serve(partition, entries, i, ticket, firstIndex + i, remembersAll);
        }
        int accepted = partition.formingCount() - before;
        windowIds += accepted;
        hasSections |= accepted > 0;
        int waiting = partition.formingEntries() - entriesBefore;
        if (waiting > 0) {
            formingBytes += waiting * Entries.WIDTH;
            markDirty(partition);
        }
        exhaustIfEmpty(partition);
        noteDemand(partition);
    }

    private static long touch(Pool pool, Entries entries, int from) {
        long touched = 0;
        for (int i = from; i < Math.min(from + AT_ONCE, entries.count()); i++) {
            touched += pool.touch(entries.high(i), entries.low(i));
        }
        return touched;
    }

    private void serve(
            Partition partition, Entries entries, int i, FrameTicket ticket, int index, boolean remembersAll) {
        int quantity = entries.quantity(i);
        if (!Quantity.isValid(quantity)) {
            ticket.answer(index, 1, Answer.INVALID, 0);
            return;
        }
        long high = entries.high(i);
        long low = entries.low(i);
        Answer answer = partition.deduct(high, low, quantity, ticket, index);
        if (answer == null) {
            return;
        }
        if (answer == Answer.INSUFFICIENT && !remembersAll) {
            partition.demand().refused(quantity);
            ticket.answer(index, 1, Answer.UNKNOWN, 0);
        } else if (answer == Answer.INSUFFICIENT) {
            refuse(partition, quantity, ticket, index);
        } else {
            ticket.answer(
                    index,
                    1,
                    answer,
                    answer == Answer.CONFLICT ? partition.pool().quantityOf(high, low) : 0);
        }
    }

    private void refuse(Partition partition, int quantity, FrameTicket ticket, int index) {
        Long ceiling = ceilings.get(partition.id().sku());
        if (ceiling != null && quantity > ceiling) {
            partition.refuse(ticket, index, Answer.EXCEEDS_ACTUAL, ceiling);
        } else {
            partition.demand().refused(quantity);
            partition.refuse(
                    ticket, index, Answer.INSUFFICIENT, partition.pool().remaining());
        }
    }

    private void markDirty(Partition partition) {
        if (!partition.isDirty) {
            partition.isDirty = true;
            dirty.addLast(partition);
            formingBytes += emptyBytesOf(partition);
        }
    }

    // ---- Demand

    private void noteDemand(Partition partition) {
        boolean wanted = partition.demand().wantsGrant();
        long refused = partition.demand().wanted();
        updateDemand(partition);
        if (refused > 0 || partition.demand().wantsGrant() != wanted) {
            events.onChanged(partition);
        }
    }

    private void updateDemand(Partition partition) {
        partition.demand().measure(loop.nanoTime());
        partition.demand().wantsGrant(partition.isBelowLowWatermark());
    }

    /** The most units of the SKU that can be sold anywhere; null if that is no longer known. */
    public void ceiling(Sku sku, @Nullable Long units) {
        if (units == null) {
            ceilings.remove(sku);
        } else {
            ceilings.put(sku, units);
        }
    }

    /** The leader that told them is gone. */
    public void forgetCeilings() {
        ceilings.clear();
    }

    // ---- The id window

    /** Counts what is remembered, not what is asked: a flood of refusals must not make a node forget. */
    private void turnWindow(long now) {
        boolean isOver = now - windowSinceNanos >= settings.idWindow().toNanos();
        if (isOver || windowIds >= settings.idWindowMaxIds() || idMemory.isToTurn()) {
            windowNanos = Math.min(now - windowSinceNanos, settings.idWindow().toNanos());
            tell(!isOver);
            windowIds = 0;
            windowSinceNanos = now;
            // All of them: one that nobody asks any more would keep its ids for ever.
            partitions.values().forEach(partition -> partition.pool().turnWindow(now));
            idMemory.turned();
        }
    }

    private void tell(boolean tooShort) {
        if (tooShort && !windowTooShort) {
            LOG.warn(
                    "Request ids are remembered for {} s only (expected: {} s, id-window): {} came, of at most {}"
                            + " (id-window-max-ids); all take {} bytes, of at most {} (three quarters of id-memory)",
                    windowNanos / 1_000_000_000,
                    settings.idWindow().toSeconds(),
                    windowIds,
                    settings.idWindowMaxIds(),
                    idMemory.taken(),
                    idMemory.limit());
        } else if (!tooShort && windowTooShort) {
            LOG.info(
                    "Request ids are remembered for {} s again",
                    settings.idWindow().toSeconds());
        }
        windowTooShort = tooShort;
    }
}
