// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import static com.google.common.base.Preconditions.checkState;

import io.granary.concurrent.Loop;
import io.granary.log.LaneRange;
import io.granary.log.LaneRecord;
import io.granary.log.StockLog;
import io.granary.log.UntilStored;
import io.granary.model.PartitionId;
import io.granary.record.LaneRule;
import io.granary.record.LogRecord;
import io.granary.record.MalformedRecordException;
import io.granary.record.Section;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one lane, one record in flight, and finds out what became of each: the same record is sent until the log
 * says where it is stored; if others wrote in between, what they wrote is read and the rule decides. Used on its loop
 * only.
 */
final class LaneWriter {
    /** Hears the end of each record. */
    interface Owner {
        /**
         * The record is stored, and what counts of it is marked in its sections.
         *
         * @param jumped others had written before it: there may be new fences
         */
        void onWritten(List<InFlight> sections, boolean jumped);

        /** Nothing can be known any more: the lane must not be used. The record in flight may or may not count. */
        void onStopped(String reason, List<InFlight> sections);

        /** The lane can't be used, and nothing was ever written there but the record that asked where it stands. */
        void onRefused(String reason);
    }

    private final StockLog log;
    private final Loop loop;
    private final int lane;
    private final long least;
    private final Owner owner;
    private final LaneRule rule = new LaneRule();
    private final LaneMetrics metrics;
    /** The offset of the record that was acknowledged last. */
    private long lastOffset = LogRecord.NOTHING;

    private boolean unproven;
    private long idleSinceNanos;
    private boolean stopped;

    // The record in flight.
    private boolean writing;
    private byte[] record = {};
    private List<InFlight> sections = List.of();
    private @Nullable UntilStored append;
    private long sentNanos;

    /**
     * @param least the offset below which the first record must not land: all before it has settled, so a lane that ends
     *     there has lost acknowledged records
     */
    LaneWriter(StockLog log, Loop loop, int lane, long least, LaneMetrics metrics, Owner owner) {
        this.log = log;
        this.loop = loop;
        this.lane = lane;
        this.least = least;
        this.metrics = metrics;
        this.owner = owner;
    }

    int lane() {
        return lane;
    }

    boolean isIdle() {
        return !writing && !stopped;
    }

    /** The highest offset of the lane that was acknowledged here; {@link LogRecord#NOTHING} if none was. */
    long acknowledged() {
        return lastOffset;
    }

    /** Whether there is something up to that offset, or may be, that no record proves to be acknowledged yet. */
    boolean isUnproven() {
        return unproven;
    }

    /** For how long no record has been in flight; of use while none is. */
    long idleNanos() {
        return loop.nanoTime() - idleSinceNanos;
    }

    /** For how long the record in flight has not been known to be stored; 0 if none is in flight. */
    long writingNanos() {
        return writing && !stopped ? loop.nanoTime() - sentNanos : 0;
    }

    /** The highest fence that stands in the lane for the partition, as far as it was read; 0 if none. */
    long fenceOf(PartitionId partition) {
        return rule.fenceOf(partition);
    }

    /**
     * Begins to write. The first record of all tells where the lane stands; what is before it is never read.
     *
     * @param record names what is {@link #acknowledged}, if its version can
     */
    void write(byte[] record, List<InFlight> sections) {
        checkState(isIdle(), "lane %s: a record is in flight or the lane is stopped", lane);
        writing = true;
        this.record = record;
        this.sections = sections;
        sentNanos = loop.nanoTime();
        append = UntilStored.append(log, loop, lane, record, metrics::resent, this::stored, this::noSuchLane);
    }

    private void noSuchLane(String reason) {
        if (lastOffset == LogRecord.NOTHING) {
            refuse(reason);
        } else {
            stop(reason);
        }
    }

    private void refuse(String reason) {
        abandon();
        owner.onRefused(reason);
    }

    private void stored(long offset) {
        if (lastOffset == LogRecord.NOTHING && offset < least) {
            refuse("lane " + lane + ": the first record of this node is stored at offset " + offset
                    + " (expected: at least " + least + ", as all before that has settled); the log has lost"
                    + " acknowledged records");
        } else if (lastOffset == LogRecord.NOTHING || offset == lastOffset + 1) {
            finish(offset, false);
        } else if (offset > lastOffset) {
            metrics.jumped();
            readGap(offset);
        } else {
            stop("lane " + lane + ": stored at offset " + offset + " (expected: above " + lastOffset
                    + "); the log has lost acknowledged records");
        }
    }

    private void readGap(long offset) {
        Map<PartitionId, InFlight> mine = new HashMap<>();
        sections.forEach(inFlight -> mine.put(inFlight.partition().id(), inFlight));
        LaneRange.read(log, loop, lane, lastOffset + 1, offset, new LaneRange.Reader() {
            @Override
            public void onRecord(LaneRecord between) {
                judge(between, mine);
            }

            @Override
            public void onEnd() {
                finish(offset, true);
            }

            @Override
            public boolean onMissing(String reason) {
                stop(reason);
                return false;
            }

            @Override
            public void onLost(long first, String reason) {
                stop(reason);
            }
        });
    }

    private void judge(LaneRecord between, Map<PartitionId, InFlight> mine) {
        LogRecord record;
        try {
            record = LogRecord.decode(between.body());
        } catch (MalformedRecordException e) {
            // It may be a fence.
            stop("lane " + lane + ", offset " + between.offset() + ": " + e.getMessage());
            return;
        }
        for (Section section : record.sections()) {
            LaneRule.Verdict verdict = rule.judge(section);
            if (verdict == LaneRule.Verdict.STALE) {
                metrics.stale();
            }
            InFlight inFlight = mine.get(section.partition());
            if (verdict == LaneRule.Verdict.VALID
                    && section instanceof Section.Numbered numbered
                    && inFlight != null
                    && inFlight.partition().epoch() == numbered.epoch()) {
                // An earlier copy of the record in flight, whose answer was lost.
                inFlight.markValid();
            }
        }
    }

    private void finish(long offset, boolean jumped) {
        if (stopped) {
            return;
        }
        for (InFlight inFlight : sections) {
            judge(inFlight, inFlight.deductionsSeq());
            judge(inFlight, inFlight.returnSeq());
            Partition partition = inFlight.partition();
            if (inFlight.isEmpty() && fenceOf(partition.id()) <= partition.epoch()) {
                inFlight.markValid();
            }
        }
        // What it names ends before what others have written meanwhile, and before what it says itself. And nothing is
        // known here of what stood in the lane before the first record.
        unproven =
                jumped || lastOffset == LogRecord.NOTHING || !sections.stream().allMatch(InFlight::isEmpty);
        lastOffset = offset;
        idleSinceNanos = loop.nanoTime();
        metrics.written(record.length, idleSinceNanos - sentNanos);
        List<InFlight> done = sections;
        writing = false;
        record = new byte[0];
        sections = List.of();
        owner.onWritten(done, jumped);
    }

    private void judge(InFlight inFlight, long seq) {
        if (seq == 0) {
            return;
        }
        Partition partition = inFlight.partition();
        switch (rule.judge(partition.id(), partition.epoch(), seq)) {
            case VALID -> inFlight.markValid();
            case STALE -> metrics.stale();
            case DUPLICATE -> checkState(inFlight.isValid(), "%s: seq %s is a duplicate", partition.id(), seq);
            case GAP -> throw new IllegalStateException(partition.id() + ": seq " + seq + " is a gap");
        }
    }

    /** Gives the lane up; nobody hears of it. */
    void abandon() {
        stopped = true;
        if (append != null) {
            append.cancel();
        }
    }

    /** Gives the lane up. */
    void stop(String reason) {
        if (stopped) {
            return;
        }
        abandon();
        List<InFlight> open = sections;
        sections = List.of();
        owner.onStopped(reason, open);
    }
}
