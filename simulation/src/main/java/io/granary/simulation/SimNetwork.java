// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import com.google.protobuf.MessageLite;
import io.granary.model.Sku;
import io.granary.proto.Ceiling;
import io.granary.proto.Instruction;
import io.granary.proto.LeaderMessage;
import io.granary.proto.OpenPartition;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Streams between processes: each direction keeps its order and takes its time. A stream that breaks may still deliver
 * what was under way, to either end, long after the other end has opened another one.
 */
final class SimNetwork {
    private record Service(SimProcess process, Acceptor<?, ?> acceptor) {}

    /**
     * A process that others can't reach.
     *
     * @param refuses streams to it break; else what is sent waits
     * @param deaf nothing comes to it
     * @param mute nothing comes from it
     */
    private record CutOff(Outage outage, boolean refuses, boolean deaf, boolean mute) {}

    private final Scheduler scheduler;
    private final Map<String, Service> services = new HashMap<>();
    private final List<Stream<?, ?>> streams = new ArrayList<>();
    private final Map<SimProcess, CutOff> cutOff = new LinkedHashMap<>();
    /** Processes that no leader reaches. */
    private final Map<SimProcess, Outage> leftAlone = new LinkedHashMap<>();

    private Faults faults = Faults.NONE;

    private final Trace trace;

    SimNetwork(Scheduler scheduler, Trace trace) {
        this.scheduler = scheduler;
        this.trace = trace;
    }

    void faults(Faults now) {
        faults = now;
    }

    void serve(String address, SimProcess process, Acceptor<?, ?> acceptor) {
        services.put(address, new Service(process, acceptor));
        process.onCrash(() -> {
            services.remove(address);
            breakStreamsOf(process);
        });
    }

    private void breakStreamsOf(SimProcess process) {
        for (Stream<?, ?> stream : List.copyOf(streams)) {
            if (stream.caller == process || stream.callee == process) {
                stream.breakOff("process is gone");
            }
        }
    }

    /** Breaks some stream, if there is one. */
    void breakOne() {
        if (!streams.isEmpty()) {
            Stream<?, ?> stream = streams.get(scheduler.between(0, streams.size() - 1));
            trace.say(scheduler, "cut: " + stream);
            stream.breakOff("cut");
        }
    }

    /** What a process serves can't be reached for a while: it refuses, or what is sent waits, one way or both. */
    void cutOff(SimProcess process, Duration length) {
        if (isCutOff(process)) {
            return;
        }
        int way = scheduler.between(0, 3);
        CutOff cut =
                new CutOff(new Outage(scheduler, trace, "the way to " + process.name()), way == 0, way != 1, way != 2);
        cutOff.put(process, cut);
        cut.outage().begin(length);
        if (cut.refuses()) {
            for (Stream<?, ?> stream : List.copyOf(streams)) {
                if (stream.callee == process) {
                    stream.breakOff("no way to " + process.name());
                }
            }
        }
    }

    private boolean isCutOff(SimProcess process) {
        CutOff cut = cutOff.get(process);
        return cut != null && cut.outage().isOn();
    }

    /** No leader reaches a process for a while; others do. */
    void leaveAlone(SimProcess process, Duration length) {
        Outage outage = new Outage(scheduler, trace, "the leader's way to " + process.name());
        leftAlone.put(process, outage);
        outage.begin(length);
        stallTo(leadersAddress(process), length);
        stallFrom(leadersAddress(process), length);
    }

    private static String leadersAddress(SimProcess process) {
        return process.name() + ":leaders";
    }

    void comeBack() {
        leftAlone.values().forEach(Outage::end);
        cutOff.values().forEach(cut -> cut.outage().end());
    }

    /** Lets something arrive that one process sends to another: now, or when there is a way again. */
    private void pass(@Nullable SimProcess from, SimProcess to, Runnable arrival) {
        CutOff sender = from == null ? null : cutOff.get(from);
        CutOff receiver = cutOff.get(to);
        if (sender != null && sender.mute() && sender.outage().isOn()) {
            sender.outage().whenOver(() -> pass(from, to, arrival));
        } else if (receiver != null && receiver.deaf() && receiver.outage().isOn()) {
            receiver.outage().whenOver(() -> pass(from, to, arrival));
        } else {
            arrival.run();
        }
    }

    /**
     * What is sent on some stream from now on takes long, one way or both; often the stream is given up meanwhile, and
     * what was under way still arrives.
     */
    void stallOne() {
        if (streams.isEmpty()) {
            return;
        }
        Stream<?, ?> stream = streams.get(scheduler.between(0, streams.size() - 1));
        trace.say(scheduler, "stall: " + stream);
        stream.stall(scheduler.micros(30_000, 300_000));
        if (scheduler.chance(0.6)) {
            scheduler.after(scheduler.micros(1_000, 80_000), () -> stream.breakOff("stalled"));
        }
    }

    /** What is sent from now on to what is served at an address takes long. */
    void stallTo(String address, Duration time) {
        streams.stream().filter(stream -> stream.address.equals(address)).forEach(stream -> stream.stallTo(time));
    }

    /** What is sent from there takes long. */
    void stallFrom(String address, Duration time) {
        streams.stream().filter(stream -> stream.address.equals(address)).forEach(stream -> stream.stallFrom(time));
    }

    private <S, R> Connector<S, R> connector(SimProcess caller) {
        caller.onCrash(() -> breakStreamsOf(caller));
        return new Connector<>() {
            @Override
            public Link<S> connect(String address, LinkListener<R> listener) {
                return new Stream<S, R>(caller, address, listener).callerEnd();
            }

            @Override
            public void close() {}
        };
    }

    /** Connects to one of the services of a process: what it serves at its name and a suffix. */
    <S, R> Connector<S, R> prefixed(SimProcess caller, String suffix) {
        Connector<S, R> all = connector(caller);
        return new Connector<>() {
            @Override
            public Link<S> connect(String address, LinkListener<R> listener) {
                return all.connect(address + suffix, listener);
            }

            @Override
            public void close() {}
        };
    }

    private Duration delay() {
        return scheduler.chance(faults.slow()) ? scheduler.micros(1_000, 40_000) : scheduler.micros(20, 400);
    }

    private final class Stream<S, R> {
        final SimProcess caller;

        @Nullable
        SimProcess callee;

        final String address;

        private final Direction<R> toCaller;
        private @Nullable Direction<S> toCallee;
        private final List<S> early = new ArrayList<>();
        private boolean broken;
        private boolean refused;

        Stream(SimProcess caller, String address, LinkListener<R> listener) {
            this.caller = caller;
            this.address = address;
            toCaller = new Direction<>(() -> callee, caller, listener);
            streams.add(this);
            scheduler.after(delay(), this::open);
        }

        @SuppressWarnings("unchecked") // Who serves at an address speaks what its callers speak.
        private void open() {
            Service service = services.get(address);
            Outage alone = service == null ? null : leftAlone.get(service.process());
            if (service != null && alone != null && alone.isOn() && address.equals(leadersAddress(service.process()))) {
                alone.whenOver(this::open);
                return;
            }
            CutOff cut = service == null ? null : cutOff.get(service.process());
            if (cut != null && cut.outage().isOn() && cut.deaf() && !cut.refuses()) {
                cut.outage().whenOver(this::open);
                return;
            }
            if (service == null || (cut != null && cut.outage().isOn() && cut.refuses())) {
                refused = true;
                breakOff("nobody at " + address);
                return;
            }
            callee = service.process();
            callee.run(() -> {
                LinkListener<S> server = ((Acceptor<S, R>) service.acceptor()).accept(calleeEnd());
                Direction<S> direction = new Direction<>(() -> caller, service.process(), server);
                toCallee = direction;
                early.forEach(direction::send);
                early.clear();
                if (broken) {
                    direction.end("broken");
                }
            });
            toCaller.ready();
        }

        Link<S> callerEnd() {
            return new End<>() {
                @Override
                public void send(S message) {
                    if (broken || refused) {
                        return;
                    }
                    if (toCallee == null) {
                        early.add(message);
                    } else {
                        toCallee.send(message);
                    }
                }
            };
        }

        Link<R> calleeEnd() {
            return new End<>() {
                @Override
                public void send(R message) {
                    if (!broken) {
                        toCaller.send(message);
                    }
                }
            };
        }

        void stall(Duration time) {
            stallTo(time);
            if (scheduler.chance(0.3)) {
                stallFrom(time);
            }
        }

        void stallTo(Duration time) {
            if (toCallee != null) {
                toCallee.stall(time);
            }
        }

        void stallFrom(Duration time) {
            toCaller.stall(time);
        }

        void breakOff(String reason) {
            if (!broken) {
                broken = true;
                streams.remove(this);
                toCaller.end(reason);
                if (toCallee != null) {
                    toCallee.end(reason);
                }
            }
        }

        @Override
        public String toString() {
            return caller.name() + " to " + address;
        }

        private abstract class End<M> implements Link<M> {
            @Override
            public boolean isReady() {
                return !broken;
            }

            @Override
            public void close() {
                breakOff("closed");
            }
        }
    }

    /** One way of a stream. What is under way when it ends is delivered, or lost from some message on. */
    private final class Direction<M> {
        private final Supplier<@Nullable SimProcess> from;
        private final SimProcess to;
        private final LinkListener<M> listener;
        private long lastArrivalNanos;
        private long lostFromNanos = Long.MAX_VALUE;
        private boolean ended;

        Direction(Supplier<@Nullable SimProcess> from, SimProcess to, LinkListener<M> listener) {
            this.from = from;
            this.to = to;
            this.listener = listener;
        }

        private long arrival() {
            lastArrivalNanos = Math.max(lastArrivalNanos, scheduler.nowNanos() + delay().toNanos());
            return lastArrivalNanos;
        }

        void stall(Duration time) {
            lastArrivalNanos = Math.max(lastArrivalNanos, scheduler.nowNanos() + time.toNanos());
        }

        void ready() {
            scheduler.at(
                    arrival(),
                    () -> pass(
                            from.get(),
                            to,
                            () -> to.run(() -> {
                                if (!ended) {
                                    listener.onReady();
                                }
                            })));
        }

        void send(M message) {
            long at = arrival();
            scheduler.at(at, () -> pass(from.get(), to, () -> deliver(message, at)));
        }

        private void deliver(M message, long at) {
            if (at < lostFromNanos) {
                to.run(() -> {
                    if (!ended) {
                        tell(message);
                        listener.onMessage(message);
                    }
                });
            }
        }

        private void tell(M message) {
            if (message instanceof byte[] frame) {
                trace.content(frame);
            } else if (message instanceof MessageLite order) {
                trace.content(order.toByteArray());
                if (trace.isDetailed() && message instanceof LeaderMessage leaders) {
                    tellOrders(leaders);
                }
            }
        }

        private void tellOrders(LeaderMessage order) {
            for (OpenPartition open : order.getOpen().getPartitionsList()) {
                Sku sku = new Sku(open.getSku());
                trace.say(
                        scheduler,
                        sku,
                        () -> to.name() + " is told to open " + sku + "/" + open.getSlot() + " at epoch "
                                + open.getEpoch() + ", granted " + open.getGranted());
            }
            for (Ceiling ceiling : order.getCeilings().getCeilingsList()) {
                Sku sku = new Sku(ceiling.getSku());
                trace.say(
                        scheduler,
                        sku,
                        () -> to.name() + " is told that of " + sku + " there are at most " + ceiling.getUnits());
            }
            for (Instruction instruction : order.getInstruct().getInstructionsList()) {
                Sku sku = new Sku(instruction.getSku());
                trace.say(
                        scheduler,
                        sku,
                        () -> to.name() + " is told of " + sku + "/" + instruction.getSlot() + " epoch "
                                + instruction.getEpoch() + ": granted " + instruction.getGranted() + ", return to "
                                + instruction.getReturnTo());
            }
        }

        void end(String reason) {
            if (scheduler.chance(0.3)) {
                lostFromNanos = scheduler.nowNanos();
            }
            scheduler.at(
                    arrival(),
                    () -> pass(
                            null,
                            to,
                            () -> to.run(() -> {
                                if (!ended) {
                                    ended = true;
                                    listener.onBroken(reason);
                                }
                            })));
        }
    }
}
