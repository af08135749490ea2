// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import io.granary.config.Check;
import io.granary.record.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The stock log in memory: what {@link StockLog} means, in few lines, and for tests. Futures complete on the appender's thread. */
public final class InMemoryStockLog implements StockLog {
    private static final int MAX_RECORDS = 512;

    private final List<Lane> lanes;
    private volatile boolean closed;

    public InMemoryStockLog(int lanes) {
        this.lanes = IntStream.range(0, Check.range("lanes", lanes, 1, 1 << 16))
                .mapToObj(lane -> new Lane())
                .toList();
    }

    private record Waiter(long from, CompletableFuture<Read> read) {}

    /** Guarded by itself. */
    private static final class Lane {
        long first;
        final List<LaneRecord> records = new ArrayList<>();
        final List<Waiter> waiters = new ArrayList<>();

        long end() {
            return first + records.size();
        }

        Read look(long from) {
            if (from < first) {
                return new Read.Expired(first);
            }
            if (from > end()) {
                return new Read.BeyondEnd(end());
            }
            if (from == end()) {
                return new Read.Nothing();
            }
            int begin = (int) (from - first);
            return new Read.Records(List.copyOf(records.subList(begin, Math.min(records.size(), begin + MAX_RECORDS))));
        }
    }

    @Override
    public int lanes() {
        return lanes.size();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        Check.range("body bytes", record.length, 1, LogRecord.MAX_BYTES);
        if (closed || !exists(lane)) {
            return CompletableFuture.completedFuture(
                    closed ? new Append.Unconfirmed("closed") : new Append.NoSuchLane(missing(lane)));
        }
        Lane to = lanes.get(lane);
        long offset;
        List<Waiter> woken;
        synchronized (to) {
            offset = to.end();
            to.records.add(new LaneRecord(offset, System.currentTimeMillis(), record));
            woken = to.waiters.stream()
                    .filter(waiter -> waiter.from() < to.end())
                    .toList();
            to.waiters.removeAll(woken);
        }
        woken.forEach(waiter -> waiter.read().complete(look(to, waiter.from())));
        return CompletableFuture.completedFuture(new Append.Stored(offset));
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        Check.range("offset", from, 0, Long.MAX_VALUE);
        if (closed || !exists(lane)) {
            return CompletableFuture.completedFuture(
                    closed ? new Read.Failed("closed") : new Read.NoSuchLane(missing(lane)));
        }
        Lane at = lanes.get(lane);
        CompletableFuture<Read> later = new CompletableFuture<>();
        Waiter waiter = new Waiter(from, later);
        synchronized (at) {
            Read now = at.look(from);
            if (!(now instanceof Read.Nothing) || wait.isZero() || wait.isNegative()) {
                return CompletableFuture.completedFuture(now);
            }
            at.waiters.add(waiter);
        }
        return later.completeOnTimeout(new Read.Nothing(), wait.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((read, fault) -> {
                    synchronized (at) {
                        at.waiters.remove(waiter);
                    }
                });
    }

    /** Forgets the records below an offset, as a log does when they are old. */
    public void expire(int lane, long below) {
        Lane at = lanes.get(lane);
        synchronized (at) {
            int count = (int) (Check.range("below", below, at.first, at.end()) - at.first);
            at.records.subList(0, count).clear();
            at.first = below;
        }
    }

    /** Loses the records from an offset on, as a log must not, but a broker may whose disk was lost. */
    public void truncate(int lane, long end) {
        Lane at = lanes.get(lane);
        synchronized (at) {
            int count = (int) (Check.range("end", end, at.first, at.end()) - at.first);
            at.records.subList(count, at.records.size()).clear();
        }
    }

    private String missing(int lane) {
        return "lane: " + lane + " (expected: 0 to " + (lanes.size() - 1) + ")";
    }

    private boolean exists(int lane) {
        return lane >= 0 && lane < lanes.size();
    }

    private static Read look(Lane lane, long from) {
        synchronized (lane) {
            return lane.look(from);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Lane lane : lanes) {
            List<Waiter> waiters;
            synchronized (lane) {
                waiters = List.copyOf(lane.waiters);
            }
            waiters.forEach(waiter -> waiter.read().complete(new Read.Failed("closed")));
        }
    }
}
