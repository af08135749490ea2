// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.settlement.EpochKey;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import io.granary.record.Section;
import io.granary.testing.ForwardingLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The log for a settlement that ignores seq: whatever section comes is the next one. */
final class RenumberedLog extends ForwardingLog {
    private final Books books;
    private final Map<Integer, Map<EpochKey, Long>> seqsByLane = new HashMap<>();

    RenumberedLog(StockLog log, Books books) {
        super(log);
        this.books = books;
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        return super.read(lane, from, wait).thenApply(read -> {
            if (!(read instanceof Read.Records records)) {
                return read;
            }
            if (from == books.settled(lane)) {
                seqsByLane.remove(lane);
            }
            return new Read.Records(records.records().stream()
                    .map(record ->
                            new LaneRecord(record.offset(), record.storedMillis(), renumbered(lane, record.body())))
                    .toList());
        });
    }

    private byte[] renumbered(int lane, byte[] body) {
        Map<EpochKey, Long> seqs = seqsByLane.computeIfAbsent(lane, l -> new HashMap<>());
        LogRecord record = LogRecord.decode(body);
        RecordBuilder builder =
                new RecordBuilder(record.writer(), record.timeMillis(), record.acknowledged(), body.length);
        for (Section section : record.sections()) {
            if (section instanceof Section.Numbered numbered) {
                EpochKey key = new EpochKey(section.partition(), section.epoch());
                long seq = seqs.computeIfAbsent(key, books::seq) + 1;
                seqs.put(key, seq);
                Records.add(builder, numbered, seq);
            } else {
                Records.add(builder, section);
            }
        }
        return builder.build();
    }
}
