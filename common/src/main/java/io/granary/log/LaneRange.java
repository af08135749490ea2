// SPDX-License-Identifier: Apache-2.0
package io.granary.log;

import io.granary.concurrent.Backoff;
import io.granary.concurrent.Loop;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the records of a lane from one offset up to another that is known to be stored, however long they take to
 * become visible. Runs on its loop.
 */
public final class LaneRange {
    private static final Logger LOG = LoggerFactory.getLogger(LaneRange.class);
    private static final Duration WAIT = Duration.ofMillis(100);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(1), Duration.ofMillis(100));

    /** Hears what is read; called on the loop. What it throws is a fault of the loop's task. */
    public interface Reader {
        void onRecord(LaneRecord record);

        /** Every record was read. */
        void onEnd();

        /**
         * The log no longer keeps one of them; the reading ends.
         *
         * @param first the first offset that the log still keeps
         */
        void onLost(long first, String reason);
    }

    private final StockLog log;
    private final Loop loop;
    private final int lane;
    private final long to;
    private final Reader reader;
    private long next;
    private int failures;

    private LaneRange(StockLog log, Loop loop, int lane, long from, long to, Reader reader) {
        this.log = log;
        this.loop = loop;
        this.lane = lane;
        this.next = from;
        this.to = to;
        this.reader = reader;
    }

    /** Hands each record from {@code from} to {@code to} - 1 to the reader, in order. Call on the loop. */
    public static void read(StockLog log, Loop loop, int lane, long from, long to, Reader reader) {
        new LaneRange(log, loop, lane, from, to, reader).more();
    }

    private void more() {
        if (next >= to) {
            reader.onEnd();
        } else {
            loop.await(log.read(lane, next, WAIT), this::take);
        }
    }

    private void take(Read read) {
        if (read instanceof Read.Records records) {
            for (LaneRecord record : records.records()) {
                if (next < to) {
                    reader.onRecord(record);
                    next++;
                }
            }
            failures = 0;
            more();
        } else if (read instanceof Read.Expired expired) {
            reader.onLost(
                    expired.first(),
                    "lane " + lane + ": offset " + next + " (expected: at least " + expired.first()
                            + ", the first that the log still keeps)");
        } else {
            // All offsets below the end are stored, but the log may not show them yet.
            again(read);
        }
    }

    private void again(Read why) {
        LOG.debug("Lane {} at {} of {}: {}", lane, next, to, why);
        loop.schedule(BACKOFF.pause(failures++), this::more);
    }
}
