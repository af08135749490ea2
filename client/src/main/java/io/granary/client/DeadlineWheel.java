// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Wakes calls at about the right time: a hashed timing wheel. Adding and removing cost the same however many calls there
 * are, which one timer per call would not; in return a call is woken up to two ticks (2 ms) late, never early. Not
 * thread-safe.
 */
final class DeadlineWheel {
    static final long NOT_IN = -1;
    /** What {@link #nextTick()} says when the wheel is empty. */
    static final long NEVER = Long.MAX_VALUE;

    private static final int TICK_SHIFT = 20;
    private static final int BUCKETS = 4_096;

    private final @Nullable Call[] heads = new Call[BUCKETS];
    private final List<Call> due = new ArrayList<>();
    private final long originNanos;
    private long doneTick;
    private long nextTick = NEVER;
    private int size;

    DeadlineWheel(long nowNanos) {
        originNanos = nowNanos;
    }

    int size() {
        return size;
    }

    /** All calls that are in. */
    List<Call> calls() {
        List<Call> all = new ArrayList<>(size);
        for (Call head : heads) {
            for (Call call = head; call != null; call = call.wheelAfter) {
                all.add(call);
            }
        }
        return all;
    }

    /** Puts a call in, or elsewhere if it is in. */
    void set(Call call, long dueNanos) {
        remove(call);
        long tick = Math.max(tickAt(dueNanos) + 1, doneTick + 1);
        int bucket = bucket(tick);
        Call head = heads[bucket];
        call.dueTick = tick;
        call.wheelAfter = head;
        if (head != null) {
            head.wheelBefore = call;
        }
        heads[bucket] = call;
        size++;
        nextTick = Math.min(nextTick, tick);
    }

    /** Takes a call out, if it is in. */
    void remove(Call call) {
        if (call.dueTick == NOT_IN) {
            return;
        }
        Call before = call.wheelBefore;
        Call after = call.wheelAfter;
        if (before == null) {
            heads[bucket(call.dueTick)] = after;
        } else {
            before.wheelAfter = after;
        }
        if (after != null) {
            after.wheelBefore = before;
        }
        call.wheelBefore = null;
        call.wheelAfter = null;
        call.dueTick = NOT_IN;
        size--;
    }

    /** Takes out all calls that are due and then hands them over; they may be put in again. */
    void advance(long nowNanos, Consumer<Call> woken) {
        long nowTick = tickAt(nowNanos);
        if (nowTick <= doneTick) {
            return;
        }
        if (nowTick >= nextTick) {
            for (long tick = Math.max(doneTick + 1, nowTick - BUCKETS + 1); tick <= nowTick; tick++) {
                takeDue(bucket(tick), nowTick);
            }
        }
        doneTick = nowTick;
        if (nowTick >= nextTick) {
            nextTick = findNext();
        }
        for (int i = 0; i < due.size(); i++) {
            woken.accept(due.get(i));
        }
        due.clear();
    }

    /** No call is due before this tick; there may be none at it either. */
    long nextTick() {
        return nextTick;
    }

    /** How long until a tick has come. */
    long nanosUntil(long tick, long nowNanos) {
        return Math.max(0, originNanos + (tick << TICK_SHIFT) - nowNanos);
    }

    private void takeDue(int bucket, long nowTick) {
        Call call = heads[bucket];
        while (call != null) {
            Call after = call.wheelAfter;
            if (call.dueTick <= nowTick) {
                remove(call);
                due.add(call);
            }
            call = after;
        }
    }

    private long findNext() {
        if (size > 0) {
            for (long tick = doneTick + 1; tick <= doneTick + BUCKETS; tick++) {
                if (heads[bucket(tick)] != null) {
                    return tick;
                }
            }
        }
        return NEVER;
    }

    private long tickAt(long nanos) {
        return (nanos - originNanos) >> TICK_SHIFT;
    }

    private static int bucket(long tick) {
        return (int) tick & (BUCKETS - 1);
    }
}
