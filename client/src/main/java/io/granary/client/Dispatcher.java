// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.protocol.Answer;
import io.granary.protocol.Connector;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
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
 * <p>A call waits in one {@link CallPlace} at a time, and is in the wheel from its begin to its end.
 */
final class Dispatcher implements Directory.Traffic, NodeLink.Owner {
    /** Calls begun in one drain, so that timers and answers get their turn. */
    private static final int BATCH = 16_384;

    private final Loop loop;
    private final ClientSettings settings;
    private final Backoff backoff;
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
        backoff = new Backoff(settings.backoffMin(), settings.backoffMax());
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
            refuse(call, Outcome.THROTTLED);
            return;
        }
        wheel.set(call, call.deadlineNanos());
        route(call);
    }

    /** Sends a call that waits nowhere on its way: to a slot, or to wait. */
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
            if (call.concluded(routes.size())) {
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
                read(call);
            } else {
                park(call, routes.state == SkuState.SELLING && routes.hasRegistered());
            }
        }
    }

    /** The call waits for a read of the registry that begins after it. */
    private void read(Call call) {
        SkuRoutes routes = call.routes();
        routes.addReader(call);
        directory.read(routes);
    }

    @Override
    public void readEnded(SkuRoutes routes, RegistryRead read, Collection<Call> readers) {
        for (Call call : readers) {
            switch (read.end()) {
                case NO_SUCH_SKU -> refuse(call, Outcome.NO_SUCH_SKU);
                case SEEN -> {
                    SkuView seen = read.view().orElseThrow();
                    call.confirm(seen.slots());
                    if (!call.heardAll()) {
                        route(call);
                    } else if (seen.state() == SkuState.SOLD_OUT) {
                        refuse(call, Outcome.SOLD_OUT);
                    } else if (routes.state == SkuState.SOLD_OUT) {
                        park(call, true); // The news will come by the watch, too.
                    } else if (seen.state() == routes.state) {
                        conclude(call);
                    } else {
                        route(call);
                    }
                }
                case OUT_OF_REACH -> {
                    // There may be slots that can't be seen: only what an earlier read of this call has shown counts.
                    if (call.concluded(routes.size())) {
                        end(call);
                    } else {
                        park(call, true);
                    }
                }
            }
        }
    }

    /** Every slot there is has refused the call: that is its end, or it waits for units. */
    private void conclude(Call call) {
        SkuRoutes routes = call.routes();
        if (call.concluded(routes.size())) {
            end(call);
        } else if (routes.state == SkuState.SELLING) {
            park(call, routes.hasRegistered());
        } else {
            route(call);
        }
    }

    @Override
    public void changed(SkuRoutes routes, List<Call> moved) {
        // Who was not sent in time goes where there are units.
        moved.forEach(CallState::askRegisteredOnly);
        moved.forEach(this::route);
        wake(routes);
    }

    private static void queue(Call call, Slot slot) {
        NodeLink owner = slot.owner;
        if (owner == null) {
            throw new IllegalStateException("slot: " + slot.partition + " without owner (expected: one)");
        }
        owner.offer(slot, call);
    }

    /** The call waits for another view of its SKU or for a node, and tries again after a while if told so. */
    private void park(Call call, boolean tryAgain) {
        SkuRoutes routes = call.routes();
        routes.park(call);
        withParked.add(routes);
        if (tryAgain) {
            long pauseNanos = backoff.pause(call.backoffs++).toNanos();
            wheel.set(call, Math.min(call.deadlineNanos(), nowNanos + pauseNanos));
        }
    }

    /** The SKU's calls that wait for a change go on. */
    private void wake(SkuRoutes routes) {
        if (withParked.remove(routes)) {
            routes.unparkAll().forEach(this::route);
        }
    }

    private void woken(Call call) {
        if (call.place() == CallPlace.OVER) {
            return;
        }
        if (nowNanos - call.deadlineNanos() >= 0) {
            expire(call);
            return;
        }
        wheel.set(call, call.deadlineNanos());
        if (call.place() == CallPlace.PARKED) {
            leave(call);
            route(call);
        }
    }

    /** Takes the call out of where it waits; one in flight stays in its frame, where its late answer is passed over. */
    private void leave(Call call) {
        SkuRoutes routes = call.routes();
        switch (call.place()) {
            case QUEUED -> {
                Slot slot = call.at;
                if (slot != null && slot.owner != null) {
                    slot.owner.withdraw(slot, call);
                }
            }
            case PARKED -> {
                routes.unpark(call);
                if (!routes.hasParked()) {
                    withParked.remove(routes);
                }
            }
            case READING -> routes.removeReader(call);
            case IN_FLIGHT -> call.moveTo(CallPlace.NOWHERE);
            case NOWHERE, OVER -> {}
        }
    }

    private void refuse(Call call, Outcome outcome) {
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
        call.moveTo(CallPlace.OVER);
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
        if (call.place() == CallPlace.OVER) {
            return;
        }
        if (!call.isIn(frame)) {
            if (call.answeredLate(answer)) {
                end(call);
            }
            return;
        }
        call.moveTo(CallPlace.NOWHERE);
        CallState.Next next = call.answered(answer, detail);
        if (next == CallState.Next.DONE) {
            end(call);
            return;
        }
        if (answer == Answer.NOT_OWNER && call.at != null) {
            directory
                    .disowned(call.at, detail, nowNanos + settings.backoffMax().toNanos())
                    .forEach(this::route);
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
    public void tooLate(Call call) {
        park(call, false);
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
            if (call.place() != CallPlace.IN_FLIGHT) {
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
