// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.record.LogRecord;
import io.granary.record.RecordBuilder;
import io.granary.record.Section;
import io.granary.testing.ForwardingLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The log as a node with a bug takes it. Its own lane is the one that it appends to first. */
final class BuggyNodeLog extends ForwardingLog {
    private final Bug bug;
    private final SimLog broker;
    private final OpenHere openHere;
    private int ownLane = -1;
    private long lastOffset = -1;

    BuggyNodeLog(Bug bug, StockLog log, SimLog broker, OpenHere openHere) {
        super(log);
        this.bug = bug;
        this.broker = broker;
        this.openHere = openHere;
    }

    @Override
    public CompletableFuture<Append> append(int lane, byte[] record) {
        if (ownLane < 0) {
            ownLane = lane;
        }
        if (bug == Bug.NO_FENCE && isFence(record)) {
            return CompletableFuture.completedFuture(
                    new Append.Stored(broker.flushed(lane).size()));
        }
        if (bug == Bug.ANSWERED_EARLY && lane == ownLane && lastOffset >= 0) {
            CompletableFuture<Append> unused = super.append(lane, record);
            return CompletableFuture.completedFuture(new Append.Stored(++lastOffset));
        }
        return super.append(lane, record).thenApply(result -> stored(lane, result));
    }

    private Append stored(int lane, Append result) {
        if (lane != ownLane || !(result instanceof Append.Stored stored)) {
            return result;
        }
        boolean first = lastOffset < 0;
        if (bug == Bug.NO_OFFSET_CHECK && !first) {
            return new Append.Stored(++lastOffset);
        }
        lastOffset = stored.offset();
        return result;
    }

    private static boolean isFence(byte[] record) {
        List<Section> sections = LogRecord.decode(record).sections();
        return !sections.isEmpty() && sections.stream().allMatch(Section.Fence.class::isInstance);
    }

    @Override
    public CompletableFuture<Read> read(int lane, long from, Duration wait) {
        CompletableFuture<Read> result = super.read(lane, from, wait);
        return lane == ownLane ? result.thenApply(this::seen) : result;
    }

    private Read seen(Read read) {
        if (!(read instanceof Read.Records records) || (bug != Bug.NO_GAP_READ && bug != Bug.FENCES_FORGOTTEN)) {
            return read;
        }
        return new Read.Records(records.records().stream()
                .map(record -> new LaneRecord(record.offset(), record.storedMillis(), seen(record.body())))
                .toList());
    }

    private byte[] seen(byte[] body) {
        LogRecord record = LogRecord.decode(body);
        RecordBuilder builder =
                new RecordBuilder(record.writer(), record.timeMillis(), record.acknowledged(), body.length);
        if (bug == Bug.FENCES_FORGOTTEN) {
            for (Section section : record.sections()) {
                if (!(section instanceof Section.Fence) || openHere.ends(section.partition(), section.epoch())) {
                    Records.add(builder, section);
                }
            }
        }
        return builder.build();
    }
}
