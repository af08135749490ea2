// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.Sku;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way through the client. A caller's thread makes it; from then on only the loop touches it, except for
 * its future. It carries its own links for the lists it is in, so that being in one costs no garbage.
 */
final class Call extends CallState {
    final Sku sku;
    final long high;
    final long low;
    final int quantity;
    /** How long the caller waits; from {@link #begin} on, the moment until which. */
    private long deadlineNanos;

    final CompletableFuture<DeductionResult> future = new CompletableFuture<>();

    private CallPlace place = CallPlace.NOWHERE;
    int backoffs;

    @Nullable
    SkuRoutes routes;
    /** Where it is queued, or was asked last. */
    @Nullable
    Slot at;
    /** The frame with its attempt in flight, null if it is elsewhere; other frames have attempts that were given up. */
    private @Nullable Frame frame;

    /** When its oldest attempt left of which nobody knows what it did; means nothing if there is none. */
    private long unsettledSinceNanos;

    // Links of the slot's queue.
    @Nullable
    Call queueBefore;

    @Nullable
    Call queueAfter;

    // Links of the wheel's list, and where that is.
    @Nullable
    Call wheelBefore;

    @Nullable
    Call wheelAfter;

    long dueTick = DeadlineWheel.NOT_IN;

    Call(Sku sku, long high, long low, int quantity, long patienceNanos) {
        super(high, low);
        this.sku = sku;
        this.high = high;
        this.low = low;
        this.quantity = quantity;
        this.deadlineNanos = patienceNanos;
    }

    void begin(SkuRoutes with, long nowNanos) {
        routes = with;
        deadlineNanos += nowNanos;
    }

    CallPlace place() {
        return place;
    }

    /** Who puts the call somewhere, or takes it out, says so. */
    void moveTo(CallPlace next) {
        if (!place.mayBecome(next)) {
            throw new IllegalStateException("place: " + place + " to " + next + " (expected: one of "
                    + Stream.of(CallPlace.values()).filter(place::mayBecome).toList() + ")");
        }
        place = next;
        frame = null;
    }

    /** An attempt leaves its slot's queue in a frame. */
    void moveInto(Frame with) {
        moveTo(CallPlace.IN_FLIGHT);
        frame = with;
    }

    /** Whether its attempt in flight is this frame's. */
    boolean isIn(Frame other) {
        return frame == other;
    }

    /** An attempt leaves in a frame. */
    void sent(long nowNanos) {
        if (!isOpen()) {
            unsettledSinceNanos = nowNanos;
        }
    }

    /** When the oldest attempt left of which nobody knows what it did; only while one is {@link #isOpen() open}. */
    long unsettledSinceNanos() {
        return unsettledSinceNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    SkuRoutes routes() {
        if (routes == null) {
            throw new IllegalStateException("call: not begun");
        }
        return routes;
    }
}
