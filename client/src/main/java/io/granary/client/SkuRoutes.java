// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.SkuState;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is known of one SKU, and the calls that wait for more to be known. Touched by the loop only. */
final class SkuRoutes {
    final Sku sku;
    /** Null while nothing is known. */
    @Nullable
    SkuState state;

    boolean followed;
    /** The calls under way for this SKU. */
    int calls;

    /** How many slots the SKU has, whether anybody serves them or not; 0 while nothing is known. */
    private int size;

    private Slot[] slots = {};
    private Slot[] registered = {};
    /** The slots' numbers, so that the usual choice looks at nothing else. */
    private int[] numbers = {};

    private int[] registeredNumbers = {};

    /** Calls that wait for a change. */
    private final Set<Call> parked = new LinkedHashSet<>();
    /** Calls that the read under way will answer; may be empty, if their deadlines came first. */
    private Set<Call> readers = new LinkedHashSet<>();
    /** Calls that came after the read under way had begun: it can't refuse them, as what it saw may be past. */
    private Set<Call> nextReaders = new LinkedHashSet<>();

    private boolean readUnderWay;

    SkuRoutes(Sku sku) {
        this.sku = sku;
    }

    /** The slot with this number, which is known from now on. */
    Slot slot(int number) {
        if (number >= slots.length) {
            Slot[] more = new Slot[number + 1];
            System.arraycopy(slots, 0, more, 0, slots.length);
            for (int i = slots.length; i < more.length; i++) {
                more[i] = new Slot(new PartitionId(sku, i));
            }
            slots = more;
            numbers = IntStream.range(0, more.length).toArray();
        }
        return slots[number];
    }

    /** How many slots the SKU has: all must have been asked before a refusal is certain. */
    int size() {
        return Math.max(size, slots.length);
    }

    void size(int number) {
        size = number;
    }

    /** All slots that are known. */
    List<Slot> slots() {
        return List.of(slots);
    }

    /** Call after {@link Slot#registered} of any has changed. */
    void registrationChanged() {
        List<Slot> now = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot.registered) {
                now.add(slot);
            }
        }
        registered = now.toArray(new Slot[0]);
        registeredNumbers = now.stream().mapToInt(Slot::number).toArray();
    }

    boolean hasRegistered() {
        return registered.length > 0;
    }

    /**
     * The slot that a call with nothing open should ask next in its round; null if there is none.
     *
     * <p>Exhausted partitions have no units, but still answer for what they deducted: a call asks them, too, until every
     * slot has refused it once. Else a retry of a deduction would be refused.
     */
    @Nullable
    Slot next(CallState call, long nowNanos) {
        boolean all = call.asksAll();
        if (call.isNewRound() && (all ? slots.length : registered.length) > 0) {
            Slot first = slots[call.first(all ? numbers : registeredNumbers)];
            if (first.isOpenToAll(nowNanos)) {
                return first;
            }
        }
        Slot best = null;
        long bestScore = -1;
        for (Slot slot : all ? slots : registered) {
            long score = call.score(slot.number());
            if (score > bestScore && score < call.below() && slot.isOpenToAll(nowNanos)) {
                best = slot;
                bestScore = score;
            }
        }
        return best;
    }

    boolean allAreOpenToAll(long nowNanos) {
        for (Slot slot : registered) {
            if (!slot.isOpenToAll(nowNanos)) {
                return false;
            }
        }
        return true;
    }

    /** Whether there is anybody who could be asked at some time, without any news. */
    boolean hasOwners() {
        for (Slot slot : slots) {
            if (slot.owner != null) {
                return true;
            }
        }
        return false;
    }

    boolean isAnyCrowded() {
        for (Slot slot : registered) {
            if (slot.isCrowded()) {
                return true;
            }
        }
        return false;
    }

    boolean isServedBy(NodeLink link) {
        for (Slot slot : slots) {
            if (slot.owner == link) {
                return true;
            }
        }
        return false;
    }

    void park(Call call) {
        call.moveTo(CallPlace.PARKED);
        parked.add(call);
    }

    void unpark(Call call) {
        parked.remove(call);
        call.moveTo(CallPlace.NOWHERE);
    }

    /** Takes all that are parked. */
    List<Call> unparkAll() {
        List<Call> all = List.copyOf(parked);
        all.forEach(this::unpark);
        return all;
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    /** The call waits for a read that begins after it. */
    void addReader(Call call) {
        call.moveTo(CallPlace.READING);
        (readUnderWay ? nextReaders : readers).add(call);
    }

    void removeReader(Call call) {
        readers.remove(call);
        nextReaders.remove(call);
        call.moveTo(CallPlace.NOWHERE);
    }

    /** Whether calls wait for a read, and none is under way. */
    boolean needsRead() {
        return !readUnderWay && !readers.isEmpty();
    }

    void readBegun() {
        readUnderWay = true;
    }

    /**
     * Takes the calls that a read which has ended answers. The others wait for the next.
     *
     * @param isSelling whether it saw that the SKU sells
     */
    Set<Call> readEnded(boolean isSelling) {
        Set<Call> answered = readers;
        if (isSelling) {
            // Only a refusal must have been true after the call began: those who came meanwhile can be sent, too.
            answered.addAll(nextReaders);
            nextReaders.clear();
        }
        readers = nextReaders;
        nextReaders = new LinkedHashSet<>();
        readUnderWay = false;
        for (Call call : answered) {
            call.moveTo(CallPlace.NOWHERE);
        }
        return answered;
    }

    boolean isIdle() {
        return calls == 0 && !readUnderWay;
    }
}
