// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import io.granary.testing.ForwardingLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Logs whose records prove what they must not. */
final class BuggyProofs {
    private BuggyProofs() {}

    /** A node names one offset more than was acknowledged. */
    static StockLog namedTooEarly(StockLog log) {
        return new ForwardingLog(log) {
            @Override
            public CompletableFuture<Append> append(int lane, byte[] record) {
                long acknowledged = LogRecord.decode(record).acknowledged();
                boolean named = acknowledged > LogRecord.NOTHING;
                return super.append(lane, named ? naming(acknowledged + 1, record) : record);
            }
        };
    }

    /** Settlement takes every record for one that names nothing, and so for acknowledged as soon as it is seen. */
    static StockLog notAskedFor(StockLog log) {
        return new ForwardingLog(log) {
            @Override
            public CompletableFuture<Read> read(int lane, long from, Duration wait) {
                return super.read(lane, from, wait)
                        .thenApply(read -> read instanceof Read.Records records
                                ? new Read.Records(records.records().stream()
                                        .map(record -> new LaneRecord(
                                                record.offset(),
                                                record.storedMillis(),
                                                naming(LogRecord.UNNAMED, record.body())))
                                        .toList())
                                : read);
            }
        };
    }

    private static byte[] naming(long acknowledged, byte[] body) {
        LogRecord record = LogRecord.decode(body);
        RecordBuilder builder =
                new RecordBuilder(record.writer(), record.timeMillis(), acknowledged, body.length + Long.BYTES);
        record.sections().forEach(section -> Records.add(builder, section));
        return builder.build();
    }
}
