// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.protocol.Answer;
import io.granary.protocol.ClientFrame;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.protocol.NodeFrame;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.function.Consumer;

/** One request, as the client library would send it: each attempt on a stream of its own, of the next generation. */
final class Caller {
    enum Outcome {
        DEDUCTED,
        /** Every attempt was answered, and none did anything. */
        REFUSED,
        UNKNOWN
    }

    private static final Duration ATTEMPT = Duration.ofMillis(60);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final World world;
    private final ManualLoop time;
    private final Chance chance;
    private final long session;
    private final long id;
    private final int quantity;
    private final long endNanos;
    private final Consumer<Outcome> onEnd;
    private int slot;
    private long generation;
    /** The highest epoch of an attempt that may still act; 0 if there is none. */
    private long openEpoch;

    private boolean isOver;

    Caller(
            World world,
            ManualLoop time,
            Chance chance,
            long session,
            long id,
            int quantity,
            Duration deadline,
            Consumer<Outcome> onEnd) {
        this.world = world;
        this.time = time;
        this.chance = chance;
        this.session = session;
        this.id = id;
        this.quantity = quantity;
        this.onEnd = onEnd;
        endNanos = time.nanoTime() + deadline.toNanos();
        slot = (int) (id % world.slots());
    }

    void attempt() {
        if (isOver) {
            return;
        }
        if (time.nanoTime() >= endNanos) {
            end(openEpoch > 0 ? Outcome.UNKNOWN : Outcome.REFUSED);
            return;
        }
        generation++;
        new Attempt(world.owner(slot), slot, world.epoch(slot), generation).begin();
    }

    private void end(Outcome outcome) {
        isOver = true;
        onEnd.accept(outcome);
    }

    private void again() {
        time.schedule(PAUSE, this::attempt);
    }

    /** Is also the client's end of its stream. */
    private final class Attempt implements Link<byte[]> {
        final int atSlot;
        final long epoch;
        final long ofGeneration;
        final LinkListener<byte[]> node;
        boolean isSent;
        boolean isDone;
        boolean isBroken;
        long lastArrivalNanos;

        Attempt(HeldNode owner, int atSlot, long epoch, long ofGeneration) {
            this.atSlot = atSlot;
            this.epoch = epoch;
            this.ofGeneration = ofGeneration;
            node = owner.node.clients().accept(this);
        }

        void begin() {
            toNode(() -> node.onMessage(new ClientFrame.Open(session, 0, ofGeneration).encode()));
            time.schedule(ATTEMPT, this::giveUp);
        }

        /** In order, and after the stream broke not at all. */
        private void toNode(Runnable message) {
            isBroken |= chance.ofTrouble(0.05);
            if (!isBroken) {
                lastArrivalNanos = Math.max(
                        lastArrivalNanos, time.nanoTime() + chance.delay().toNanos());
                time.schedule(Duration.ofNanos(lastArrivalNanos - time.nanoTime()), message);
            }
        }

        private void giveUp() {
            if (isDone || isOver) {
                return;
            }
            isDone = true;
            toNode(() -> node.onBroken("given up"));
            if (isSent) {
                openEpoch = Math.max(openEpoch, epoch);
            }
            attempt();
        }

        @Override
        public void send(byte[] message) {
            isBroken |= chance.ofTrouble(0.05);
            if (!isBroken) {
                time.schedule(chance.delay(), () -> take(NodeFrame.decode(message)));
            }
        }

        private void take(NodeFrame frame) {
            if (isDone || isOver) {
                return;
            }
            if (frame instanceof NodeFrame.Welcome) {
                isSent = true;
                byte[] request = new ClientFrame.Builder()
                        .begin(1)
                        .group(World.partition(atSlot), epoch)
                        .entry(id, -id, quantity)
                        .build();
                toNode(() -> node.onMessage(request));
                return;
            }
            isDone = true;
            answered(frame instanceof NodeFrame.Answers answers ? answers.answer(0) : Answer.DEDUCTED);
        }

        private void answered(Answer answer) {
            switch (answer) {
                case DEDUCTED -> end(Outcome.DEDUCTED);
                case INSUFFICIENT -> {
                    // Of a replaced owner it says nothing about attempts at later epochs.
                    if (openEpoch <= epoch) {
                        openEpoch = 0;
                        slot = (slot + 1) % world.slots();
                    }
                    again();
                }
                case NOT_OWNER, THROTTLED -> {
                    if (openEpoch == 0) {
                        slot = (slot + 1) % world.slots();
                    }
                    again();
                }
                case UNKNOWN -> {
                    openEpoch = Math.max(openEpoch, epoch);
                    again();
                }
                case INVALID, CONFLICT, EXCEEDS_ACTUAL, EXPIRED -> throw new AssertionError(id + ": " + answer);
            }
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {
            isBroken = true;
        }
    }
}
