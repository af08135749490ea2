// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A stock log in memory that forgets on demand. Thread-safe. */
final class ScriptedLog implements StockLog {
    private static final int READ_RECORDS = 32;

    private static final class Lane {
        final List<LaneRecord> records = new ArrayList<>();
        int first;
        CompletableFuture<Void> changed = new CompletableFuture<>();
    }

    private final List<Lane> lanes = new ArrayList<>();

    ScriptedLog(int lanes) {
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new Lane());
        }
    }

    @Override
    public int lanes() {
        return lanes.size();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        return CompletableFuture.completedFuture(new Append.Stored(put(lane, record)));
    }

    /** Appends and returns the offset. */
    @CanIgnoreReturnValue
    long put(int lane, byte[] record) {
        CompletableFuture<Void> changed;
        long offset;
        synchronized (this) {
            Lane to = lanes.get(lane);
            offset = to.records.size();
            to.records.add(new LaneRecord(offset, System.currentTimeMillis(), record));
            changed = to.changed;
            to.changed = new CompletableFuture<>();
        }
        changed.complete(null);
        return offset;
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        CompletableFuture<Void> changed;
        synchronized (this) {
            Read now = read(lanes.get(lane), from);
            changed = lanes.get(lane).changed;
            if (!(now instanceof Read.Nothing) || wait.isZero()) {
                return CompletableFuture.completedFuture(now);
            }
        }
        return changed.copy()
                .completeOnTimeout(null, wait.toNanos(), TimeUnit.NANOSECONDS)
                .thenApply(done -> {
                    synchronized (this) {
                        return read(lanes.get(lane), from);
                    }
                });
    }

    private static Read read(Lane lane, long from) {
        int size = lane.records.size();
        if (from < lane.first) {
            return new Read.Expired(lane.first);
        }
        if (from > size) {
            return new Read.BeyondEnd(size);
        }
        if (from == size) {
            return new Read.Nothing();
        }
        return new Read.Records(
                List.copyOf(lane.records.subList((int) from, (int) Math.min(size, from + READ_RECORDS))));
    }

    /** Forgets the records from this offset on. */
    synchronized void loseFrom(int lane, int offset) {
        List<LaneRecord> records = lanes.get(lane).records;
        records.subList(offset, records.size()).clear();
    }

    /** Keeps no records before this offset. */
    synchronized void expireTo(int lane, int offset) {
        lanes.get(lane).first = offset;
    }

    @Override
    public void close() {}
}
