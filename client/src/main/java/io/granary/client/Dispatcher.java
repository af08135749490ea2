// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.protocol.Answer;
import io.granary.protocol.Connector;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
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
final class Dispatcher implements Directory.Traffic, NodeLink.Owner {
    /** Calls begun in one drain, so that timers and answers get their turn. */
    private static final int BATCH = 16_384;

    private final Loop loop;
    private final ClientSettings settings;
    private final ClientMetrics metrics;

    private final MpscArrayQueue<Call> calls;
    private final MpscUnboundedArrayQueue<Runnable> events = new MpscUnboundedArrayQueue<>(256);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closeAsked = new AtomicBoolean();
    private volatile boolean terminated;

    // From here on: the loop's.
    private final Directory directory;
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
        this.settings = settings;
        this.metrics = metrics;
        NodeLink.Session session = new NodeLink.Session(sessionHigh, sessionLow, loop, connector, settings, metrics);
        calls = new MpscArrayQueue<>(settings.maxCalls());
        nowNanos = loop.nanoTime();
        wheel = new DeadlineWheel(nowNanos);
        directory = new Directory(registry, this, metrics, incarnation -> new NodeLink(incarnation, session, this));
    }

    /** Call once, before anything else. */
    void start() {
        directory.start();
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
        return directory.knownSkus();
    }

    @Override
    public void post(Runnable event) {
        events.offer(event);
        arm();
    }

    private void arm() {
        if (!draining.get() && draining.compareAndSet(false, true)) {
            try {
                loop.execute(drain);
            } catch (RejectedExecutionException e) {
                if (!terminated) {
                    throw e;
                }
                // The loop was closed after the client: nobody needs the event any more.
            }
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
        SkuRoutes routes = directory.sku(call.sku);
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
    @Override
    public void route(Call call) {
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
            directory.read(call);
        } else {
            Slot slot = routes.state == SkuState.PAUSED ? null : routes.next(call, nowNanos);
            if (slot != null) {
                queue(call, slot);
                return;
            }
            if (call.isConfirmed() && call.concluded(routes.size())) {
                end(call);
                return;
            }
            if (routes.isAnyCrowded()) {
                call.passedCrowd();
            }
            call.roundEnded(routes.size(), routes.allAreOpenToAll(nowNanos));
            if (!call.heardAll()) {
                park(call, routes.state != SkuState.PAUSED && routes.hasOwners());
            } else if (routes.state == SkuState.SOLD_OUT || !call.isConfirmed()) {
                directory.read(call);
            } else {
                park(call, routes.state == SkuState.SELLING && routes.hasRegistered());
            }
        }
    }

    @Override
    public void confirmed(Call call) {
        SkuRoutes routes = call.routes();
        if (call.isConfirmed() && call.concluded(routes.size())) {
            end(call);
        } else if (call.heardAll() && routes.state == SkuState.SELLING) {
            park(call, routes.hasRegistered());
        } else {
            route(call);
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
    @Override
    public void park(Call call, boolean tryAgain) {
        SkuRoutes routes = call.routes();
        call.place = Call.Place.PARKED;
        routes.parked.add(call);
        withParked.add(routes);
        if (tryAgain) {
            long pause = new Backoff(settings.backoffMin(), settings.backoffMax())
                    .pause(call.backoffs++)
                    .toNanos();
            wheel.set(call, Math.min(call.deadlineNanos(), nowNanos + pause));
        }
    }

    @Override
    public void wake(SkuRoutes routes) {
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

    @Override
    public void refuse(Call call, Outcome outcome) {
        call.refuse(outcome);
        end(call);
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
        directory.forgetIfUnknown(routes);
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
            directory.disowned(call.at, detail, nowNanos + settings.backoffMax().toNanos());
        }
        if (next == CallState.Next.OTHER_SLOT || answer == Answer.NOT_OWNER) {
            route(call);
        } else if (closing) {
            expire(call);
        } else {
            park(call, true);
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
        directory.forgetIfUseless(link);
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
        directory.closeLinks();
        if (wheelTimer != null) {
            wheelTimer.cancel();
        }
        closed.complete(null);
    }
}
