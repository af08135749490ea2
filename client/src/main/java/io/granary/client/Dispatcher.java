// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Loop;
import io.granary.model.Sku;
import io.granary.protocol.Answer;
import io.granary.protocol.Connector;
import io.granary.registry.NodeEntry;
import io.granary.registry.PartitionEntry;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.MpscArrayQueue;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Brings calls to nodes and answers to callers.
 *
 * <p>Concurrency: all state belongs to one loop. Other threads reach it by two queues: {@link #calls}, bounded, filled by
 * callers; {@link #events}, filled by the registry and the transport, which is bounded by what the windows of the links
 * let be under way. Who puts something in sees to it that one {@link #drain} is on its way to the loop. A drain takes all
 * that is there, answers first, and only then sends: that is what makes frames large when much is going on.
 *
 * <p>A call waits in one {@link Call.Place} at a time, and is in the wheel from its begin to its end.
 */
final class Dispatcher implements Routes.Listener, NodeLink.Owner {
    /** Calls begun in one drain, so that timers and answers get their turn. */
    private static final int BATCH = 16_384;

    private final Loop loop;
    private final Routes registry;
    private final ClientSettings settings;
    private final ClientMetrics metrics;
    private final NodeLink.Session session;

    private final MpscArrayQueue<Call> calls;
    private final MpscUnboundedArrayQueue<Runnable> events = new MpscUnboundedArrayQueue<>(256);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closeAsked = new AtomicBoolean();
    private volatile boolean terminated;

    // From here on: the loop's.
    private final Map<Sku, SkuRoutes> skus = new HashMap<>();
    private final Map<String, NodeLink> nodes = new HashMap<>();
    private final Set<SkuRoutes> withParked = new LinkedHashSet<>();
    private final Deque<NodeLink> dirty = new ArrayDeque<>();
    private final DeadlineWheel wheel;
    private Loop.@Nullable Timer wheelTimer;
    private long wheelTimerTick = DeadlineWheel.NEVER;
    private long nowNanos;
    private long generation;
    private boolean closing;

    Dispatcher(
            ClientSettings settings,
            Loop loop,
            Routes registry,
            Connector<byte[], byte[]> connector,
            long sessionHigh,
            long sessionLow,
            ClientMetrics metrics) {
        this.loop = loop;
        this.registry = registry;
        this.settings = settings;
        this.metrics = metrics;
        session = new NodeLink.Session(sessionHigh, sessionLow, loop, connector, settings, metrics);
        calls = new MpscArrayQueue<>(settings.maxCalls());
        nowNanos = loop.nanoTime();
        wheel = new DeadlineWheel(nowNanos);
    }

    /** Call once, before anything else. */
    void start() {
        registry.listen(this);
    }

    /** Takes a call over, or refuses it at once if too many are under way. Any thread may call this. */
    void submit(Call call) {
        if (closeAsked.get()) {
            throw new ClosedClientException();
        }
        if (!calls.offer(call)) {
            metrics.refusedAtOnce();
            call.future.complete(DeductionResult.of(Outcome.THROTTLED));
            return;
        }
        arm();
        if (terminated) {
            // The last drain may have been before: then nobody has seen the call.
            call.future.complete(DeductionResult.of(Outcome.UNAVAILABLE));
        }
    }

    /** Begins to close; completes on the loop when all calls are answered, after the close time-out at the latest. */
    CompletableFuture<Void> close() {
        if (closeAsked.compareAndSet(false, true)) {
            post(this::beginClose);
        }
        return closed;
    }

    int knownSkus() {
        return skus.size();
    }

    @Override
    public void onSku(Sku sku, Optional<SkuView> view) {
        post(() -> viewed(sku, view));
    }

    @Override
    public void onNode(String incarnation, Optional<NodeEntry> node) {
        post(() -> {
            NodeLink link = node(incarnation);
            link.setAddress(node.map(NodeEntry::address).orElse(null));
            forgetIfUseless(link);
        });
    }

    @Override
    public void post(Runnable event) {
        events.offer(event);
        arm();
    }

    private void arm() {
        if (!draining.get() && draining.compareAndSet(false, true)) {
            loop.execute(drain);
        }
    }

    private void drain() {
        nowNanos = loop.nanoTime();
        try {
            Runnable event;
            while ((event = events.poll()) != null) {
                event.run();
            }
            wheel.advance(nowNanos, this::woken);
            Call call;
            for (int i = 0; i < BATCH && (call = calls.relaxedPoll()) != null; i++) {
                begin(call);
            }
            NodeLink link;
            while ((link = dirty.pollFirst()) != null) {
                link.isDirty = false;
                link.flush();
            }
            setTimer();
            endClose();
        } finally {
            draining.set(false);
            if (!events.isEmpty() || !calls.isEmpty()) {
                arm();
            }
        }
    }

    // Calls

    private void begin(Call call) {
        SkuRoutes routes = skus.get(call.sku);
        if (routes == null) {
            routes = new SkuRoutes(call.sku);
            skus.put(call.sku, routes);
        }
        call.begin(routes, nowNanos);
        routes.calls++;
        metrics.began();
        if (wheel.size() >= settings.maxCalls()) {
            call.refuse(Outcome.THROTTLED);
            end(call);
            return;
        }
        wheel.set(call, call.deadlineNanos());
        route(call);
    }

    /** Sends the call on its way: to a slot, or to wait. */
    private void route(Call call) {
        SkuRoutes routes = call.routes();
        if (closing) {
            expire(call);
        } else if (call.isOpen()) {
            Slot slot = routes.slot(call.slot());
            if (slot.canBeAsked(nowNanos)) {
                queue(call, slot);
            } else {
                park(call, true);
            }
        } else if (routes.state == null) {
            read(call);
        } else {
            Slot slot = routes.state == SkuState.PAUSED ? null : routes.next(call, nowNanos);
            if (slot != null) {
                queue(call, slot);
                return;
            }
            if (call.concluded()) {
                end(call);
                return;
            }
            call.roundEnded(routes.allCanBeAsked(nowNanos));
            if (routes.state == SkuState.SOLD_OUT) {
                read(call);
            } else {
                park(call, routes.state == SkuState.SELLING && routes.hasRegistered());
            }
        }
    }

    private static void queue(Call call, Slot slot) {
        NodeLink owner = slot.owner;
        if (owner == null) {
            throw new IllegalStateException("slot: " + slot.partition + " without owner (expected: one)");
        }
        call.place = Call.Place.QUEUED;
        call.at = slot;
        owner.offer(slot, call);
    }

    /** The call waits for another view of its SKU or for a node, and tries again after a while if told so. */
    private void park(Call call, boolean tryAgain) {
        SkuRoutes routes = call.routes();
        call.place = Call.Place.PARKED;
        routes.parked.add(call);
        withParked.add(routes);
        if (tryAgain) {
            long pause = Math.min(
                    settings.backoffMin().toNanos() << Math.min(call.backoffs++, 16),
                    settings.backoffMax().toNanos());
            wheel.set(call, Math.min(call.deadlineNanos(), nowNanos + pause));
        }
    }

    private void wake(SkuRoutes routes) {
        if (routes.parked.isEmpty()) {
            return;
        }
        List<Call> woken = List.copyOf(routes.parked);
        routes.parked.clear();
        withParked.remove(routes);
        for (Call call : woken) {
            call.place = Call.Place.NONE;
        }
        woken.forEach(this::route);
    }

    private void woken(Call call) {
        if (call.place == Call.Place.OVER) {
            return;
        }
        if (nowNanos - call.deadlineNanos() >= 0) {
            expire(call);
            return;
        }
        wheel.set(call, call.deadlineNanos());
        if (call.place == Call.Place.PARKED) {
            leave(call);
            route(call);
        }
    }

    /** Takes the call out of where it waits; one in flight stays in its frame, where its late answer is passed over. */
    private void leave(Call call) {
        SkuRoutes routes = call.routes();
        switch (call.place) {
            case QUEUED -> {
                Slot slot = call.at;
                if (slot != null && slot.owner != null) {
                    slot.owner.withdraw(slot, call);
                }
            }
            case PARKED -> {
                routes.parked.remove(call);
                if (routes.parked.isEmpty()) {
                    withParked.remove(routes);
                }
            }
            case READING -> {
                routes.readers.remove(call);
                routes.nextReaders.remove(call);
            }
            case IN_FLIGHT, NONE, OVER -> {}
        }
        call.place = Call.Place.NONE;
    }

    private void expire(Call call) {
        leave(call);
        call.expired();
        end(call);
    }

    /** The call is over: its state says how. */
    private void end(Call call) {
        leave(call);
        call.place = Call.Place.OVER;
        call.frame = null;
        wheel.remove(call);
        SkuRoutes routes = call.routes();
        routes.calls--;
        forgetIfUnknown(routes);
        metrics.ended(call);
        call.future.complete(call.result());
    }

    // Answers

    @Override
    public void answered(Call call, Frame frame, Answer answer, long detail) {
        if (call.place == Call.Place.OVER) {
            return;
        }
        if (call.frame != frame) {
            if (call.answeredLate(answer)) {
                end(call);
            }
            return;
        }
        call.frame = null;
        call.place = Call.Place.NONE;
        CallState.Next next = call.answered(answer, detail);
        if (next == CallState.Next.DONE) {
            end(call);
            return;
        }
        if (answer == Answer.NOT_OWNER && call.at != null) {
            disowned(call.at, detail);
        }
        if (next == CallState.Next.OTHER_SLOT || answer == Answer.NOT_OWNER) {
            route(call);
        } else if (closing) {
            expire(call);
        } else {
            park(call, true);
        }
    }

    /** The owner says that it does not serve the slot's epoch, which it never will again, but maybe another. */
    private void disowned(Slot slot, long itsEpoch) {
        if (itsEpoch > slot.epoch) {
            List<Call> moved = new ArrayList<>();
            own(slot, itsEpoch, slot.owner, moved);
            moved.forEach(this::route);
        } else {
            slot.shun(nowNanos + settings.backoffMax().toNanos());
        }
    }

    // Links

    @Override
    public long nextGeneration() {
        return ++generation;
    }

    @Override
    public void dirty(NodeLink link) {
        if (!link.isDirty) {
            link.isDirty = true;
            dirty.addLast(link);
        }
    }

    @Override
    public void up(NodeLink link) {
        for (SkuRoutes routes : List.copyOf(withParked)) {
            if (routes.isServedBy(link)) {
                wake(routes);
            }
        }
    }

    @Override
    public void down(NodeLink link, List<Call> lost) {
        for (Call call : lost) {
            if (call.isOpen()) {
                metrics.givenUp(1);
            }
        }
        lost.forEach(this::route);
        forgetIfUseless(link);
    }

    private NodeLink node(String incarnation) {
        return nodes.computeIfAbsent(incarnation, name -> new NodeLink(name, session, this));
    }

    private void forgetIfUseless(NodeLink link) {
        if (link.isUseless()) {
            nodes.remove(link.incarnation, link);
        }
    }

    // The registry

    private void viewed(Sku sku, Optional<SkuView> view) {
        SkuRoutes routes = skus.get(sku);
        if (routes == null || !routes.followed) {
            return;
        }
        if (view.isPresent()) {
            apply(routes, view.get());
        } else {
            applyNone(routes);
        }
    }

    private void apply(SkuRoutes routes, SkuView view) {
        routes.state = view.state();
        List<Call> moved = new ArrayList<>();
        for (Slot slot : routes.slots()) {
            slot.registered = false;
        }
        for (PartitionEntry entry : view.partitions()) {
            Slot slot = routes.slot(entry.slot());
            NodeLink owner = node(entry.node());
            if (entry.epoch() > slot.epoch) {
                own(slot, entry.epoch(), owner, moved);
            }
            // A lower epoch is what a replaced owner left behind, unless the owner has told us of its new epoch first.
            slot.registered = owner == slot.owner;
            forgetIfUseless(owner);
        }
        routes.registrationChanged();
        for (Slot slot : routes.slots()) {
            if ((!slot.registered || view.state() == SkuState.PAUSED) && slot.owner != null) {
                slot.owner.drainUnbound(slot, moved);
            }
        }
        // Who was not sent in time goes where there are units.
        moved.forEach(CallState::askRegisteredOnly);
        moved.forEach(this::route);
        wake(routes);
    }

    private void applyNone(SkuRoutes routes) {
        routes.state = null;
        if (routes.followed) {
            routes.followed = false;
            registry.forget(routes.sku);
        }
        for (Slot slot : routes.slots()) {
            slot.registered = false;
        }
        routes.registrationChanged();
        wake(routes);
        forgetIfUnknown(routes);
    }

    /** The slot has an owner of a higher epoch: what was sent to the former one is given up and comes out. */
    private void own(Slot slot, long epoch, @Nullable NodeLink owner, List<Call> moved) {
        NodeLink former = slot.owner;
        int before = moved.size();
        if (former != null) {
            former.release(slot, moved);
            metrics.givenUp((int) moved.subList(before, moved.size()).stream()
                    .filter(CallState::isOpen)
                    .count());
        }
        slot.epoch = epoch;
        slot.owner = owner;
        slot.shunned = false;
        if (owner != null) {
            owner.owned++;
        }
        if (former != null && former != owner) {
            forgetIfUseless(former);
        }
    }

    /** The call waits for a read of the registry that begins after it. */
    private void read(Call call) {
        SkuRoutes routes = call.routes();
        call.place = Call.Place.READING;
        if (routes.readUnderWay) {
            routes.nextReaders.add(call);
        } else {
            routes.readers.add(call);
            beginRead(routes);
        }
    }

    private void beginRead(SkuRoutes routes) {
        routes.readUnderWay = true;
        var unused = registry.refresh(routes.sku)
                .handle((view, failure) -> failure == null ? new ReadEnd(true, view) : ReadEnd.OUT_OF_REACH)
                .thenAccept(end -> post(() -> endRead(routes, end)));
    }

    /** What a read of the registry has brought. */
    private record ReadEnd(boolean reached, Optional<SkuView> view) {
        static final ReadEnd OUT_OF_REACH = new ReadEnd(false, Optional.empty());
    }

    private void endRead(SkuRoutes routes, ReadEnd end) {
        Set<Call> readers = routes.readers;
        routes.readers = routes.nextReaders;
        routes.nextReaders = new LinkedHashSet<>();
        routes.readUnderWay = false;
        if (!routes.readers.isEmpty()) {
            beginRead(routes);
        }
        for (Call call : readers) {
            call.place = Call.Place.NONE;
        }
        if (!end.reached()) {
            // Out of reach: what is known counts, and who knows nothing must wait.
            for (Call call : readers) {
                if (routes.state == SkuState.SOLD_OUT) {
                    refuse(call, Outcome.SOLD_OUT);
                } else {
                    park(call, true);
                }
            }
        } else if (end.view().isEmpty()) {
            applyNone(routes);
            for (Call call : readers) {
                refuse(call, Outcome.NO_SUCH_SKU);
            }
        } else {
            SkuView view = end.view().get();
            if (routes.state == null) {
                apply(routes, view);
                routes.followed = true;
                registry.follow(routes.sku);
            }
            for (Call call : readers) {
                if (view.state() == SkuState.SOLD_OUT) {
                    refuse(call, Outcome.SOLD_OUT);
                } else if (routes.state == SkuState.SOLD_OUT) {
                    park(call, true); // The news will come by the watch, too.
                } else {
                    route(call);
                }
            }
        }
        forgetIfUnknown(routes);
    }

    private void refuse(Call call, Outcome outcome) {
        call.refuse(outcome);
        end(call);
    }

    /** SKUs that do not exist leave nothing behind. */
    private void forgetIfUnknown(SkuRoutes routes) {
        if (routes.state == null && routes.isIdle()) {
            skus.remove(routes.sku, routes);
            for (Slot slot : routes.slots()) {
                if (slot.owner != null) {
                    NodeLink owner = slot.owner;
                    slot.owner = null;
                    owner.owned--;
                    forgetIfUseless(owner);
                }
            }
        }
    }

    // Time and the end

    private void setTimer() {
        long tick = wheel.nextTick();
        if (tick < wheelTimerTick) {
            if (wheelTimer != null) {
                wheelTimer.cancel();
            }
            wheelTimerTick = tick;
            wheelTimer = loop.schedule(Duration.ofNanos(wheel.nanosUntil(tick, nowNanos)), () -> {
                wheelTimer = null;
                wheelTimerTick = DeadlineWheel.NEVER;
                arm();
            });
        }
    }

    private void beginClose() {
        closing = true;
        for (Call call : wheel.calls()) {
            if (call.place != Call.Place.IN_FLIGHT) {
                expire(call);
            }
        }
        loop.schedule(settings.closeTimeout(), () -> post(() -> wheel.calls().forEach(this::expire)));
    }

    private void endClose() {
        if (!closing || terminated || wheel.size() > 0) {
            return;
        }
        terminated = true;
        Call call;
        while ((call = calls.poll()) != null) {
            begin(call);
        }
        nodes.values().forEach(NodeLink::close);
        if (wheelTimer != null) {
            wheelTimer.cancel();
        }
        closed.complete(null);
    }
}
