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
    /** So many failures in a row are usual: a log does not show at once what it has stored. */
    private static final int QUIET = 8;

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(1), Duration.ofMillis(100));

    /** Hears what is read; called on the loop. What it throws is a fault of the loop's task. */
    public interface Reader {
        void onRecord(LaneRecord record);

        /** Every record was read. */
        void onEnd();

        /**
         * The log says that it ends before them, or that it has no such lane: it has lost what it acknowledged, or was
         * given other queues.
         *
         * @return whether to go on asking; else the reading ends
         */
        boolean onMissing(String reason);

        /**
         * The log no longer keeps one of them; the reading ends.
         *
         * @param first the first offset that the log still keeps
         */
        void onLost(long first, String reason);
    }

    private static final String NOT_SHOWN = "the log does not show what it has stored";

    private final StockLog log;
    private final Loop loop;
    private final int lane;
    private final long to;
    private final Reader reader;
    private long next;
    private int failures;
    private String told = "";

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
            told = "";
            more();
        } else if (read instanceof Read.Expired expired) {
            reader.onLost(
                    expired.first(),
                    "lane " + lane + ": offset " + next + " (expected: at least " + expired.first()
                            + ", the first that the log still keeps)");
        } else if (read instanceof Read.BeyondEnd beyond) {
            beyond(beyond);
        } else if (read instanceof Read.NoSuchLane none) {
            missing("lane " + lane + ": " + none.reason());
        } else if (read instanceof Read.Failed failed) {
            again(failed.reason());
        } else if (failures < QUIET) {
            // All offsets below the end are stored, but the log may not show them yet.
            again(NOT_SHOWN);
        } else {
            // Or the lane ends just here, and will never show more.
            loop.await(log.read(lane, to, Duration.ZERO), this::lookAtEnd);
        }
    }

    private void lookAtEnd(Read read) {
        if (read instanceof Read.BeyondEnd beyond) {
            beyond(beyond);
        } else {
            again(NOT_SHOWN);
        }
    }

    private void beyond(Read.BeyondEnd read) {
        missing("lane " + lane + ": ends at offset " + read.end() + " (expected: at least " + to
                + "); the log has lost acknowledged records");
    }

    private void missing(String reason) {
        if (reader.onMissing(reason)) {
            again(reason);
        }
    }

    private void again(String why) {
        if (!why.equals(told) && failures >= QUIET) {
            LOG.warn("Lane {} can't be read at {} of {}, it is tried again: {}", lane, next, to, why);
            told = why;
        }
        loop.schedule(BACKOFF.pause(failures++), this::more);
    }
}
