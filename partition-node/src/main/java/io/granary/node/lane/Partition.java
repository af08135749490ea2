// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static com.google.common.base.Preconditions.checkState;

import io.granary.model.PartitionId;
import io.granary.node.pool.Pool;
import io.granary.protocol.Answer;
import io.granary.record.Entries;
import io.granary.record.RecordBuilder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A partition that is served here at one epoch: its pool, the section that forms, and the one in flight. Used on the
 * lane's loop only.
 */
public final class Partition {
    private static final int FIRST_ENTRIES = 4;

    private final PartitionId id;
    private final long epoch;
    private final Pool pool;
    private PartitionState state;

    private byte[] forming = new byte[FIRST_ENTRIES * Entries.WIDTH];
    private int formingCount;
    private long formingUnits;
    private Waiters formingWaiters = new Waiters();
    /** To be given when the section that forms is durable, or a record without it, if it stays empty. */
    private HeldAnswers formingHeld = new HeldAnswers();

    private long formingReturn;

    private long inFlightReturn;
    /** Of the section in flight; also the spare that the next one will use. */
    private Waiters inFlightWaiters = new Waiters();

    private HeldAnswers inFlightHeld = new HeldAnswers();

    /** Units that the last grant brought. */
    private long lastGrant;

    /** As the leader wants it; 0: by the rule of {@link #isBelowLowWatermark}. */
    private long lowWatermark;

    /** Whether it stands in the lane's list of partitions that have something to write. */
    boolean isDirty;

    final Demand demand = new Demand();

    Partition(PartitionId id, long epoch, Pool pool) {
        this.id = id;
        this.epoch = epoch;
        this.pool = pool;
        lastGrant = pool.remaining();
        state = pool.remaining() > 0 ? PartitionState.SERVING : PartitionState.EXHAUSTED;
    }

    public PartitionId id() {
        return id;
    }

    public long epoch() {
        return epoch;
    }

    public PartitionState state() {
        return state;
    }

    public Pool pool() {
        return pool;
    }

    public Demand demand() {
        return demand;
    }

    void become(PartitionState next) {
        checkState(state.mayBecome(next), "%s: %s to %s", id, state, next);
        state = next;
    }

    /**
     * Decides on a request. One that is accepted, or pending already, is answered when its section is durable; so is one
     * that contradicts what is pending, as that may still come to nothing.
     *
     * @return what to answer now, INSUFFICIENT by {@link #refuse}; null if the ticket waits
     */
    @Nullable
    Answer deduct(long high, long low, int quantity, FrameTicket ticket, int index) {
        return switch (pool.deduct(high, low, quantity)) {
            case ACCEPTED -> {
                add(high, low, quantity);
                formingWaiters.add(ticket, index);
                yield null;
            }
            case PENDING -> {
                (pool.isForming(high, low) ? formingWaiters : inFlightWaiters).add(ticket, index);
                yield null;
            }
            case KNOWN -> Answer.DEDUCTED;
            case CONFLICT -> {
                if (pool.isDurable(high, low)) {
                    yield Answer.CONFLICT;
                }
                (pool.isForming(high, low) ? formingHeld : inFlightHeld)
                        .add(ticket, index, Answer.CONFLICT, pool.quantityOf(high, low));
                yield null;
            }
            case INSUFFICIENT -> Answer.INSUFFICIENT;
        };
    }

    /**
     * Refuses for want of units, as soon as a record that is sent after this shows that the partition is still owned
     * here. Its successor may know the id, and then the refusal would be untrue.
     */
    void refuse(FrameTicket ticket, int index, Answer answer, long detail) {
        formingHeld.add(ticket, index, answer, detail);
    }

    private void add(long high, long low, int quantity) {
        int at = formingCount * Entries.WIDTH;
        if (at == forming.length) {
            forming = Arrays.copyOf(forming, at * 2);
        }
        Entries.write(forming, at, high, low, quantity);
        formingCount++;
        formingUnits += quantity;
    }

    /** Takes a grant's running total; true if that brought units. */
    boolean grant(long total) {
        long before = pool.remaining();
        pool.grant(total);
        long units = pool.remaining() - before;
        if (units > 0) {
            lastGrant = units;
        }
        return units > 0;
    }

    /**
     * Takes out what remains, up to the running total to return; true if units were taken out. What the total lacks is
     * not remembered: later grants are for selling, unless the leader asks again.
     */
    boolean returnTo(long total) {
        long units = pool.takeBack(total, formingReturn + inFlightReturn);
        formingReturn += units;
        return units > 0;
    }

    public long lowWatermark() {
        return lowWatermark;
    }

    /** Sets below how many units it wants a grant, 0: by its own rule; true if that is new. */
    boolean lowWatermark(long units) {
        boolean isNew = units != lowWatermark;
        lowWatermark = units;
        return isNew;
    }

    /**
     * As the leader told. Else by its own rule: a quarter of the last grant, or what half a second takes at the recent
     * rate, whichever is more; at least 1.
     */
    boolean isBelowLowWatermark() {
        if (lowWatermark > 0) {
            return pool.remaining() < lowWatermark;
        }
        return pool.remaining() == 0 || pool.remaining() < Math.max(lastGrant / 4.0, demand.unitsPerSecond() / 2);
    }

    boolean hasForming() {
        return formingCount > 0 || formingReturn > 0 || formingHeld.entries() > 0;
    }

    /** Deductions in the section that forms. */
    int formingCount() {
        return formingCount;
    }

    /** Those that wait for what forms, whether they stand in it or not. */
    int formingEntries() {
        return formingCount + formingHeld.entries();
    }

    /** Bytes of the deductions in the section that forms, at most; refusals count, so that they are bounded, too. */
    int formingBytes() {
        return formingEntries() * Entries.WIDTH;
    }

    /** The bytes that {@link #seal} adds to a record. */
    int sectionBytes() {
        return (formingCount > 0 ? RecordBuilder.deductionsBytes(id, formingCount) : 0)
                + (formingReturn > 0 ? RecordBuilder.returnBytes(id) : 0);
    }

    /** Moves what forms into a record. Only while nothing of this partition is in flight. */
    InFlight seal(RecordBuilder record) {
        HeldAnswers spareHeld = inFlightHeld;
        inFlightHeld = formingHeld;
        formingHeld = spareHeld;
        long deductionsSeq = 0;
        long units = formingUnits;
        if (formingCount > 0) {
            deductionsSeq = pool.seal();
            record.deductions(id, epoch, deductionsSeq, new Entries(forming, 0, formingCount));
            Waiters spare = inFlightWaiters;
            inFlightWaiters = formingWaiters;
            formingWaiters = spare;
            formingCount = 0;
            formingUnits = 0;
        }
        long returnSeq = 0;
        if (formingReturn > 0) {
            returnSeq = pool.seal();
            record.returned(id, epoch, returnSeq, formingReturn);
            inFlightReturn = formingReturn;
            formingReturn = 0;
        }
        return new InFlight(this, deductionsSeq, units, returnSeq, inFlightReturn);
    }

    /** What was in flight is durable and valid. */
    void confirm(InFlight inFlight) {
        if (inFlight.deductionsSeq() > 0) {
            pool.confirm(inFlight.deductionsSeq(), inFlight.units(), 0);
            demand.served(inFlight.units());
            inFlightWaiters.answer(Answer.DEDUCTED, 0);
        }
        if (inFlight.returnSeq() > 0) {
            pool.confirm(inFlight.returnSeq(), 0, inFlight.returned());
            inFlightReturn = 0;
        }
        inFlightHeld.give();
    }

    /** What was in flight gets this answer instead. */
    void refuseInFlight(Answer answer) {
        inFlightWaiters.answer(answer, 0);
        inFlightHeld.replace(answer);
    }

    /** Sends the answers of what was in flight. */
    void flushInFlight() {
        inFlightWaiters.flush();
        inFlightHeld.flush();
    }

    /** What forms was never sent, and is dropped with this answer. */
    void refuseForming(Answer answer) {
        formingWaiters.answer(answer, 0);
        formingWaiters.flush();
        formingHeld.replace(answer);
        formingHeld.flush();
        formingCount = 0;
        formingUnits = 0;
        formingReturn = 0;
    }
}
