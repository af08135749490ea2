// SPDX-License-Identifier: Apache-2.0
package io.granary.node.testing;

import static com.google.common.base.Preconditions.checkState;

import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A log in memory whose every append waits for the test to say what becomes of it. Futures complete in the call that
 * decides. One thread only.
 */
public final class ScriptedLog implements StockLog {
    /** An append that was asked for. */
    public final class Sending {
        private final int lane;
        private final byte[] record;
        private final CompletableFuture<Append> future = new CompletableFuture<>();

        private Sending(int lane, byte[] record) {
            this.lane = lane;
            this.record = record;
        }

        public int lane() {
            return lane;
        }

        public byte[] bytes() {
            return record;
        }

        public LogRecord record() {
            return LogRecord.decode(record);
        }

        /** Stored and acknowledged: its offset. */
        public long store() {
            long offset = storeSilently();
            future.complete(new Append.Stored(offset));
            return offset;
        }

        /** Stored, but the writer is not told: its offset. */
        public long storeUnconfirmed() {
            long offset = storeSilently();
            lose();
            return offset;
        }

        /** The writer learns nothing, and nothing is stored, unless {@link #storeSilently} does so later. */
        public void lose() {
            future.complete(new Append.Unconfirmed("as the test wants it"));
        }

        /** Stored now, whatever the writer was told or will be: its offset. */
        public long storeSilently() {
            return add(lane, record);
        }

        /** The writer is told this offset, whatever stands there. */
        public void acknowledge(long offset) {
            future.complete(new Append.Stored(offset));
        }
    }

    private static final class LaneState {
        final List<LaneRecord> records = new ArrayList<>();
        final Deque<Sending> sendings = new ArrayDeque<>();
        long visible = Long.MAX_VALUE;
        long first;
        int failures;
        int reads;
    }

    private final List<LaneState> lanes = new ArrayList<>();
    private boolean storesAtOnce;

    public ScriptedLog(int lanes) {
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new LaneState());
        }
    }

    /** From now on every append is stored and acknowledged as soon as it is asked for. */
    public ScriptedLog storesAtOnce() {
        storesAtOnce = true;
        return this;
    }

    // ---- What the writers see

    @Override
    public int lanes() {
        return lanes.size();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        checkState(record.length <= LogRecord.MAX_BYTES, "record: %s bytes", record.length);
        if (lane >= lanes.size()) {
            return CompletableFuture.completedFuture(new Append.NoSuchLane("as the test wants it"));
        }
        Sending sending = new Sending(lane, record);
        if (storesAtOnce) {
            sending.store();
        } else {
            lanes.get(lane).sendings.addLast(sending);
        }
        return sending.future;
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        return CompletableFuture.completedFuture(
                lane < lanes.size() ? readNow(lanes.get(lane), from) : new Read.NoSuchLane("as the test wants it"));
    }

    private static Read readNow(LaneState lane, long from) {
        lane.reads++;
        if (lane.failures > 0) {
            lane.failures--;
            return new Read.Failed("as the test wants it");
        }
        long end = lane.records.size();
        if (from < lane.first) {
            return new Read.Expired(lane.first);
        }
        if (from > end) {
            return new Read.BeyondEnd(end);
        }
        long to = Math.min(end, lane.visible);
        if (from >= to) {
            return new Read.Nothing();
        }
        // A few at a time, so that readers have to go on.
        return new Read.Records(List.copyOf(lane.records.subList((int) from, (int) Math.min(to, from + 3))));
    }

    @Override
    public void close() {
        // Nothing to give back.
    }

    // ---- What the test does

    /** The append that waits longest for its fate. */
    public Sending next(int lane) {
        Sending sending = lanes.get(lane).sendings.pollFirst();
        checkState(sending != null, "no append to lane %s waits", lane);
        return sending;
    }

    /** How many appends wait for their fate. */
    public int waiting(int lane) {
        return lanes.get(lane).sendings.size();
    }

    /** Another writer's record, at the lane's end: its offset. */
    public long add(int lane, byte[] record) {
        List<LaneRecord> records = lanes.get(lane).records;
        records.add(new LaneRecord(records.size(), 0, record));
        return records.size() - 1L;
    }

    /** Another writer's record, at the lane's end: its offset. */
    public long add(int lane, Consumer<RecordBuilder> content) {
        RecordBuilder builder = new RecordBuilder("another", 0, 64);
        content.accept(builder);
        return add(lane, builder.build());
    }

    /** What stands in the lane. */
    public List<LogRecord> records(int lane) {
        return lanes.get(lane).records.stream()
                .map(record -> LogRecord.decode(record.body()))
                .toList();
    }

    /** Readers see nothing from this offset on. */
    public void hideFrom(int lane, long offset) {
        lanes.get(lane).visible = offset;
    }

    public void showAll(int lane) {
        lanes.get(lane).visible = Long.MAX_VALUE;
    }

    /** The log no longer keeps what is below this offset. */
    public void expire(int lane, long first) {
        lanes.get(lane).first = first;
    }

    /** The log forgets what it has stored from this offset on. */
    public void truncate(int lane, long end) {
        List<LaneRecord> records = lanes.get(lane).records;
        records.subList((int) end, records.size()).clear();
    }

    /** So many reads fail. */
    public void failReads(int lane, int times) {
        lanes.get(lane).failures = times;
    }

    /** How often the lane was read. */
    public int reads(int lane) {
        return lanes.get(lane).reads;
    }
}
