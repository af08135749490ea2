// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A log that delays, loses answers, stores late or never, and shows what it has stored with a lag. */
final class FaultyLog implements StockLog {
    private static final Duration TIMEOUT = Duration.ofMillis(40);

    private final ManualLoop time;
    private final Chance chance;
    private final List<List<LaneRecord>> lanes = new ArrayList<>();

    FaultyLog(int lanes, ManualLoop time, Chance chance) {
        this.time = time;
        this.chance = chance;
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new ArrayList<>());
        }
    }

    List<LaneRecord> records(int lane) {
        return lanes.get(lane);
    }

    @Override
    public int lanes() {
        return lanes.size();
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        CompletableFuture<Append> answer = new CompletableFuture<>();
        if (!chance.ofTrouble(0.1)) {
            time.schedule(chance.delay(), () -> {
                List<LaneRecord> records = lanes.get(lane);
                long offset = records.size();
                records.add(new LaneRecord(offset, time.currentTimeMillis(), record));
                if (!chance.ofTrouble(0.15)) {
                    time.schedule(chance.delay(), () -> answer.complete(new Append.Stored(offset)));
                }
            });
        }
        time.schedule(TIMEOUT, () -> answer.complete(new Append.Unconfirmed("time-out")));
        return answer;
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        CompletableFuture<Read> answer = new CompletableFuture<>();
        time.schedule(chance.delay(), () -> answer.complete(readNow(lanes.get(lane), from)));
        return answer;
    }

    private Read readNow(List<LaneRecord> records, long from) {
        if (chance.ofTrouble(0.1)) {
            return new Read.Failed("as chance would have it");
        }
        int end = records.size() - (chance.ofTrouble(0.3) ? 1 + chance.below(3) : 0);
        if (from >= end) {
            return new Read.Nothing();
        }
        int first = Math.toIntExact(from);
        return new Read.Records(List.copyOf(records.subList(first, Math.min(end, first + 1 + chance.below(8)))));
    }

    @Override
    public void close() {
        // Nothing to give back.
    }
}
