// SPDX-License-Identifier: Apache-2.0
package io.granary.protocol.grpc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Lets any thread send through a gRPC call, which only one thread at a time may touch, without ever waiting.
 *
 * <p>Senders put messages into a queue. {@link #work} counts what has been asked for; who raises it from 0 hands the
 * queue over to the call and goes on until it is 0 again, so the call is touched by one thread at a time and in order.
 * Only as much is handed over as the call takes at once; the rest waits here, where it is counted: beyond {@code
 * maxWaitingBytes} the link is ended, as its other end does not keep up.
 *
 * <p>An outbox starts held: nothing is handed over until {@link #open()}, once the call has started.
 */
final class Outbox<S> {
    /** The sending side of a call; touched by one thread at a time. */
    interface Wire<S> {
        boolean isReady();

        void write(S message);

        /** Ends the call for a cause of ours; nothing is written after. */
        void end(End end);
    }

    /**
     * Why nothing is sent any more.
     *
     * @param by who ended it
     */
    record End(By by, String reason) {
        enum By {
            /** This end, in order. */
            CLOSE,
            /** This end, as something is wrong. */
            FAULT,
            /** This end, as the other one does not take what is sent. */
            OVERFLOW,
            /** The transport or the other end. */
            OTHER
        }
    }

    private static final int BYTES_PER_MESSAGE = 64;

    private final Wire<S> wire;
    private final ToIntFunction<S> sizeOf;
    private final int maxWaitingBytes;
    private final MpscUnboundedArrayQueue<S> queue = new MpscUnboundedArrayQueue<>(64);
    private final AtomicInteger work = new AtomicInteger(1);
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();
    // Touched by whoever does the work.
    private boolean ended;

    Outbox(Wire<S> wire, ToIntFunction<S> sizeOf, int maxWaitingBytes) {
        this.wire = wire;
        this.sizeOf = sizeOf;
        this.maxWaitingBytes = maxWaitingBytes;
    }

    void open() {
        work();
    }

    void send(S message) {
        if (end.get() != null) {
            return;
        }
        long waiting = waitingBytes.addAndGet(BYTES_PER_MESSAGE + sizeOf.applyAsInt(message));
        if (waiting > maxWaitingBytes) {
            end(End.By.OVERFLOW, "waiting bytes: " + waiting + " (expected: at most " + maxWaitingBytes + ")");
            return;
        }
        queue.offer(message);
        handOver();
    }

    /** The first end counts; the others do nothing. */
    void end(End.By by, String reason) {
        if (end.compareAndSet(null, new End(by, reason))) {
            handOver();
        }
    }

    /** How it ended; null while it has not. */
    @Nullable
    End ended() {
        return end.get();
    }

    /** Hands over what the call takes. */
    void handOver() {
        if (work.getAndIncrement() == 0) {
            work();
        }
    }

    private void work() {
        int seen = work.get();
        do {
            try {
                step();
            } catch (RuntimeException e) {
                end(End.By.FAULT, "sending failed: " + e);
            }
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void step() {
        End over = end.get();
        if (over == null) {
            S message;
            while (end.get() == null && wire.isReady() && (message = queue.poll()) != null) {
                waitingBytes.addAndGet(-BYTES_PER_MESSAGE - sizeOf.applyAsInt(message));
                wire.write(message);
            }
            return;
        }
        queue.clear();
        if (!ended) {
            ended = true;
            if (over.by() != End.By.OTHER) {
                wire.end(over);
            }
        }
    }
}
