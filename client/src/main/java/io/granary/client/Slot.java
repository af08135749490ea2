// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.PartitionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One slot of a SKU: who owns it, as far as is known, and the calls that wait to be sent there. Touched by the loop only.
 *
 * <p>The epoch only grows: an entry of a lower one in the registry is what a replaced owner left behind. The owner stays
 * known after its entry is gone: it may still answer for what it did.
 */
final class Slot {
    final PartitionId partition;
    long epoch;

    @Nullable
    NodeLink owner;

    /** It is served and has units. */
    boolean registered;
    /** The owner said that it is none: only asked again after this moment, or when there is another. */
    long shunnedUntilNanos;

    boolean shunned;

    // The queue, in order of arrival, and the link in whose ring this slot is.
    private @Nullable Call first;
    private @Nullable Call last;
    private int queued;

    @Nullable
    NodeLink ringOf;

    Slot(PartitionId partition) {
        this.partition = partition;
    }

    int number() {
        return partition.slot();
    }

    /** Whether a call that is bound to nothing should be sent there. */
    boolean isOpenToAll(long nowNanos) {
        return canBeAsked(nowNanos) && owner != null && !owner.isCrowded();
    }

    boolean isCrowded() {
        return owner != null && owner.isCrowded();
    }

    /** Whether its owner can be asked, so far as can be known before trying. */
    boolean canBeAsked(long nowNanos) {
        return owner != null && owner.isUsable() && (!shunned || nowNanos - shunnedUntilNanos >= 0);
    }

    /** Not to be asked for a while. */
    void shun(long untilNanos) {
        shunned = true;
        shunnedUntilNanos = untilNanos;
    }

    int queued() {
        return queued;
    }

    void add(Call call) {
        call.moveTo(CallPlace.QUEUED);
        call.at = this;
        call.queueBefore = last;
        if (last == null) {
            first = call;
        } else {
            last.queueAfter = call;
        }
        last = call;
        queued++;
    }

    void remove(Call call) {
        unlink(call);
        call.moveTo(CallPlace.NOWHERE);
    }

    /** Takes all calls, or only those that have nothing open. */
    void take(boolean alsoOpen, List<Call> into) {
        Call call = first;
        while (call != null) {
            Call after = call.queueAfter;
            if (alsoOpen || !call.isOpen()) {
                remove(call);
                into.add(call);
            }
            call = after;
        }
    }

    /** Takes the call that has waited longest, to be put into a frame; null if none waits. */
    @Nullable
    Call poll() {
        Call call = first;
        if (call != null) {
            unlink(call);
        }
        return call;
    }

    private void unlink(Call call) {
        Call before = call.queueBefore;
        Call after = call.queueAfter;
        if (before == null) {
            first = after;
        } else {
            before.queueAfter = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.queueBefore = before;
        }
        call.queueBefore = null;
        call.queueAfter = null;
        queued--;
    }
}
