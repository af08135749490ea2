// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.MalformedFrameException;
import io.granary.protocol.NodeFrame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's side of one node incarnation: one stream at a time, and the calls that wait for it or are in it. Touched
 * by the loop only.
 *
 * <p>Calls are coalesced without a timer. A frame leaves at once when nothing of this node is unanswered; otherwise when
 * the waiting calls are worth a frame (an eighth of the unanswered ones), or when an answer makes them so. So a lone call
 * never waits, and the more is under way the larger the frames are: at most about eight frames hold it all.
 */
final class NodeLink {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLink.class);

    /** A frame must have this part of the unanswered entries to be sent. */
    private static final int WORTH_SHIFT = 3;

    /** Calls whose unsettled attempts differ in age by less travel in the same groups. */
    private static final Duration AGE_GRAIN = Duration.ofMillis(250);

    private static final int NO_GROUP = -1;

    /** What becomes of the calls; called on the loop. */
    interface Owner {
        /** A transport's thread has something for the loop. */
        void post(Runnable event);

        long nextGeneration();

        /** The link has something to send once the events at hand are dealt with. */
        void dirty(NodeLink link);

        void answered(Call call, Frame frame, Answer answer, long detail);

        /** The call has too little time left to be asked: it was not sent, and waits nowhere now. */
        void tooLate(Call call);

        /** The link takes calls again. */
        void up(NodeLink link);

        /** The link broke with these calls: those in flight are given up, the others were never sent. */
        void down(NodeLink link, List<Call> calls);
    }

    /** What is the same for all links of a client. */
    record Session(
            long high,
            long low,
            Loop loop,
            Connector<byte[], byte[]> connector,
            ClientSettings settings,
            ClientMetrics metrics) {}

    private enum State {
        /** Nobody has needed it since it was made, or since it broke. */
        IDLE,
        CONNECTING,
        UP,
        /** It could not be had; tried again after a while. */
        FAILED
    }

    /** One stream. Only the last one made is listened to. */
    private final class Stream implements LinkListener<byte[]> {
        final long generation = owner.nextGeneration();
        final Map<Integer, Frame> frames = new LinkedHashMap<>();

        @Nullable
        Link<byte[]> link;

        boolean answered;

        @Override
        public void onMessage(byte[] message) {
            NodeFrame frame;
            try {
                frame = NodeFrame.decode(message);
            } catch (MalformedFrameException e) {
                owner.post(() -> malformed(this, e));
                return;
            }
            owner.post(() -> received(this, frame));
        }

        @Override
        public void onReady() {
            owner.post(() -> owner.dirty(NodeLink.this));
        }

        @Override
        public void onBroken(String reason) {
            owner.post(() -> broken(this, reason));
        }
    }

    final String incarnation;
    private final Session session;
    private final Owner owner;
    private final ClientFrame.Builder builder = new ClientFrame.Builder();
    private final AnswerTimes answerTimes = new AnswerTimes();
    /** The slots with calls to send, in turn; a slot whose {@link Slot#ringOf} is another link has left. */
    private final Deque<Slot> ring = new ArrayDeque<>();

    private @Nullable String address;
    private State state = State.IDLE;
    private @Nullable Stream stream;
    private Loop.@Nullable Timer timer;
    private int failures;
    private int frameId;
    private int queued;
    private int unanswered;
    /** Slots that name this link as their owner. */
    int owned;
    /** Whether it is among those to flush. */
    boolean isDirty;

    NodeLink(String incarnation, Session session, Owner owner) {
        this.incarnation = incarnation;
        this.session = session;
        this.owner = owner;
    }

    /** Whether calls may be queued here; a node that was not tried yet is trusted. */
    boolean isUsable() {
        return switch (state) {
            case UP -> true;
            case CONNECTING -> failures == 0;
            case IDLE -> address != null;
            case FAILED -> false;
        };
    }

    /**
     * Whether so much waits for it already that a call should rather go elsewhere: a node that has stopped must not take
     * all the calls that a client may have under way.
     */
    boolean isCrowded() {
        return queued + unanswered >= 2 * session.settings().windowEntries();
    }

    /** Whether nothing is lost by forgetting it. */
    boolean isUseless() {
        return address == null && stream == null && owned == 0;
    }

    /** Where the node is; null if the registry has it no longer, which leaves a stream that works alone. */
    void setAddress(@Nullable String newAddress) {
        boolean isNew = newAddress != null && !newAddress.equals(address);
        address = newAddress;
        if (newAddress == null && state == State.FAILED) {
            stopTimer();
            state = State.IDLE;
        } else if (isNew && (state == State.IDLE || state == State.FAILED)) {
            stopTimer();
            state = State.IDLE;
            failures = 0;
            owner.up(this);
        }
    }

    /** Queues a call at a slot that this link owns. */
    void offer(Slot slot, Call call) {
        slot.add(call);
        queued++;
        join(slot);
        if (state == State.IDLE) {
            connect();
        }
        owner.dirty(this);
    }

    /** A queued call leaves without having been sent. */
    void withdraw(Slot slot, Call call) {
        slot.remove(call);
        queued--;
    }

    /** The slot has another owner now, or none: its queued calls and its attempts in flight come out, these given up. */
    void release(Slot slot, List<Call> into) {
        owned--;
        slot.ringOf = null;
        drain(slot, true, into);
        if (stream != null) {
            for (Frame frame : stream.frames.values()) {
                giveUp(frame, slot, into);
            }
        }
    }

    /** The calls that are queued at the slot but could as well ask another come out. */
    void drainUnbound(Slot slot, List<Call> into) {
        drain(slot, false, into);
    }

    /** Sends what is worth a frame now. */
    void flush() {
        Stream to = stream;
        if (to == null || to.link == null || state != State.UP) {
            return;
        }
        int window = session.settings().windowEntries();
        while (queued > 0 && unanswered < window && isWorthFrame() && to.link.isReady()) {
            send(to, to.link, Math.min(Math.min(queued, ClientFrame.MAX_ENTRIES), window - unanswered));
        }
    }

    /** Ends the stream; nobody hears of it. */
    void close() {
        stopTimer();
        Stream old = stream;
        stream = null;
        state = State.IDLE;
        address = null;
        if (old != null && old.link != null) {
            old.link.close();
        }
    }

    private boolean isWorthFrame() {
        return queued >= Math.min(unanswered >> WORTH_SHIFT, ClientFrame.MAX_ENTRIES);
    }

    private void send(Stream to, Link<byte[]> link, int most) {
        long nowNanos = session.loop().nanoTime();
        long answerNanos = answerNanos(to, nowNanos);
        Frame frame = new Frame(frameId++, most, nowNanos, AGE_GRAIN.toNanos() + 2 * answerNanos);
        builder.begin(frame.id);
        while (frame.entries < most && !ring.isEmpty()) {
            Slot slot = ring.removeFirst();
            if (slot.ringOf != this) {
                continue;
            }
            slot.ringOf = null;
            int groupAge = NO_GROUP;
            Call call;
            while (frame.entries < most && (call = slot.poll()) != null) {
                queued--;
                if (isTooLate(call, nowNanos, answerNanos)) {
                    call.moveTo(CallPlace.NOWHERE);
                    owner.tooLate(call);
                    continue;
                }
                int age = ageMillis(call, frame);
                if (age != groupAge) {
                    builder.group(slot.partition, slot.epoch, age);
                    groupAge = age;
                }
                builder.entry(call.high, call.low, call.quantity).patience(patienceMillis(call, nowNanos));
                call.sent(nowNanos);
                call.asked(slot.number(), slot.epoch);
                call.moveInto(frame);
                frame.add(call);
            }
            if (slot.queued() > 0) {
                join(slot);
            }
        }
        if (frame.entries > 0) {
            unanswered += frame.entries;
            to.frames.put(frame.id, frame);
            session.metrics().frame(frame.entries);
            link.send(builder.build());
        }
    }

    /** How long the caller will still wait, rounded up. */
    private static int patienceMillis(Call call, long nowNanos) {
        return (int) TimeUnit.NANOSECONDS.toMillis(call.deadlineNanos() - nowNanos) + 1;
    }

    /**
     * How old the call's oldest unsettled attempt will be, at most, when the answer is heard, rounded up so that calls of
     * about the same age travel together; 0 if it has none.
     */
    private static int ageMillis(Call call, Frame frame) {
        if (!call.isOpen()) {
            return 0;
        }
        long nanos = frame.sentNanos - call.unsettledSinceNanos() + frame.answerWithinNanos;
        return (int) ((nanos / AGE_GRAIN.toNanos() + 1) * AGE_GRAIN.toMillis());
    }

    /** How long an answer takes of late: what has not been answered yet counts, too. */
    private long answerNanos(Stream of, long nowNanos) {
        Iterator<Frame> frames = of.frames.values().iterator();
        long oldest = frames.hasNext() ? nowNanos - frames.next().sentNanos : 0;
        return Math.max(answerTimes.slowest(), oldest);
    }

    /**
     * Whether the call should rather wait for its deadline than begin an attempt. One that is in flight then makes the
     * outcome {@link Outcome#UNKNOWN}, so who has something certain to say, and hardly any time, keeps to that. This
     * decides only which of two true answers is given.
     */
    private static boolean isTooLate(Call call, long nowNanos, long answerNanos) {
        long leftNanos = call.deadlineNanos() - nowNanos;
        return leftNanos <= 0 || (leftNanos < answerNanos && call.hasAnswer());
    }

    private void join(Slot slot) {
        if (slot.ringOf != this) {
            slot.ringOf = this;
            ring.addLast(slot);
        }
    }

    private void connect() {
        if (address == null) {
            throw new IllegalStateException("node " + incarnation + ": no address (expected: host:port)");
        }
        state = State.CONNECTING;
        Stream opened = new Stream();
        stream = opened;
        Link<byte[]> link = session.connector().connect(address, opened);
        opened.link = link;
        link.send(new ClientFrame.Open(session.high(), session.low(), opened.generation).encode());
        timer = session.loop()
                .schedule(session.settings().welcomeTimeout(), () -> owner.post(() -> welcomeMissed(opened)));
    }

    private void received(Stream from, NodeFrame message) {
        if (from != stream) {
            return;
        }
        if (message instanceof NodeFrame.AllDeducted all) {
            Frame frame = from.frames.remove(all.frameId());
            if (frame == null || frame.unanswered != frame.entries) {
                malformed(
                        from,
                        new MalformedFrameException("all deducted: frame " + all.frameId()
                                + " (expected: a frame of which nothing is answered)"));
                return;
            }
            from.answered = true;
            answered(frame);
            unanswered -= frame.unanswered;
            for (Call call : frame.calls) {
                if (call != null) {
                    owner.answered(call, frame, Answer.DEDUCTED, 0);
                }
            }
        } else if (message instanceof NodeFrame.Answers answers) {
            receivedAnswers(from, answers);
        } else if (message instanceof NodeFrame.Welcome welcome) {
            if (welcome.generation() != from.generation || state != State.CONNECTING) {
                malformed(
                        from,
                        new MalformedFrameException("welcome: generation " + welcome.generation() + " (expected: once, "
                                + from.generation + ")"));
                return;
            }
            stopTimer();
            state = State.UP;
            owner.up(this);
        }
        owner.dirty(this);
    }

    private void receivedAnswers(Stream from, NodeFrame.Answers answers) {
        Frame frame = from.frames.get(answers.frameId());
        boolean late = frame != null && session.loop().nanoTime() - frame.sentNanos > frame.answerWithinNanos;
        try {
            for (int i = 0; i < answers.count(); i++) {
                int index = answers.index(i);
                Call call = frame == null || index < 0 || index >= frame.entries ? null : frame.calls[index];
                if (frame == null || call == null) {
                    throw new MalformedFrameException("answer: entry " + index + " of frame " + answers.frameId()
                            + " (expected: one that is not answered)");
                }
                Answer answer = answers.answer(i);
                frame.calls[index] = null;
                frame.unanswered--;
                unanswered--;
                // The node was asked to remember less than has passed now: its refusal proves nothing of what is open.
                boolean isVoid = late && answer.isForWantOfUnits() && call.isOpen();
                owner.answered(call, frame, isVoid ? Answer.UNKNOWN : answer, answers.detail(i));
            }
        } catch (MalformedFrameException e) {
            malformed(from, e);
            return;
        }
        from.answered = true;
        if (frame != null && frame.unanswered == 0) {
            from.frames.remove(frame.id);
            answered(frame);
        }
    }

    private void answered(Frame frame) {
        long nanos = session.loop().nanoTime() - frame.sentNanos;
        answerTimes.add(nanos);
        session.metrics().answered(nanos);
    }

    private void malformed(Stream from, MalformedFrameException e) {
        if (from == stream) {
            LOG.warn("Node {} at {} does not keep to the protocol", incarnation, address, e);
            breakOff(from, "malformed frame");
        }
    }

    private void welcomeMissed(Stream from) {
        if (from == stream && state == State.CONNECTING) {
            breakOff(from, "no welcome in time");
        }
    }

    private void breakOff(Stream from, String reason) {
        if (from.link != null) {
            from.link.close();
        }
        broken(from, reason);
    }

    private void broken(Stream from, String reason) {
        if (from != stream) {
            return;
        }
        LOG.debug("Stream {} to node {} at {} is over: {}", from.generation, incarnation, address, reason);
        stopTimer();
        stream = null;
        unanswered = 0;
        failures = from.answered ? 0 : failures + 1;
        state = failures == 0 || address == null ? State.IDLE : State.FAILED;
        if (state == State.FAILED) {
            timer = session.loop().schedule(pause(), () -> owner.post(this::tryAgain));
        }
        List<Call> calls = new ArrayList<>();
        for (Frame frame : from.frames.values()) {
            giveUp(frame, null, calls);
        }
        for (Slot slot : ring) {
            if (slot.ringOf == this) {
                slot.ringOf = null;
                drain(slot, true, calls);
            }
        }
        ring.clear();
        owner.down(this, calls);
    }

    private void tryAgain() {
        if (state == State.FAILED) {
            connect();
        }
    }

    /** Doubles from the shortest to the longest pause. */
    private Duration pause() {
        ClientSettings settings = session.settings();
        return new Backoff(settings.backoffMin(), settings.reconnectMax()).pause(failures - 1);
    }

    private void drain(Slot slot, boolean alsoOpen, List<Call> into) {
        int before = into.size();
        slot.take(alsoOpen, into);
        queued -= into.size() - before;
    }

    /** Gives up the attempts of a frame, of one slot or of all. */
    private static void giveUp(Frame frame, @Nullable Slot slot, List<Call> into) {
        for (Call call : frame.calls) {
            if (call != null && call.isIn(frame) && (slot == null || call.at == slot)) {
                call.givenUp();
                call.moveTo(CallPlace.NOWHERE);
                into.add(call);
            }
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
