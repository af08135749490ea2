// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.log.Append;
import io.granary.log.LaneRecord;
import io.granary.log.Read;
import io.granary.log.StockLog;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.record.Entries;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The broker: lanes in memory. It keeps what the design asks of RocketMQ and nothing more: offsets are consecutive, an
 * append is acknowledged only when it and all before it is flushed. It may delay, lose, keep to itself, or store late
 * whatever it did not acknowledge; readers see what is stored, flushed or not, and a restart loses what was not flushed.
 */
final class SimLog {
    private static final Duration TIME_OUT = Duration.ofMillis(40);
    private static final int READ_AT_ONCE = 8;

    private static final class Lane {
        /** Of these, the first so many are not there any more. */
        final List<LaneRecord> records = new ArrayList<>();

        int expired;
        int flushed;
    }

    private final Scheduler scheduler;
    private final List<Lane> lanes = new ArrayList<>();
    private Faults faults = Faults.NONE;
    private final Outage gone;
    private final Outage still;
    private boolean acknowledgesUnflushed;
    private int restarts;

    private final Trace trace;
    private final boolean ofRecords;

    /** A broker of the stock log. */
    SimLog(Scheduler scheduler, Trace trace, int laneCount) {
        this(scheduler, trace, laneCount, true);
    }

    private SimLog(Scheduler scheduler, Trace trace, int laneCount, boolean ofRecords) {
        this.scheduler = scheduler;
        this.ofRecords = ofRecords;
        this.trace = trace;
        gone = new Outage(scheduler, trace, "the broker");
        still = new Outage(scheduler, trace, "the broker, standing still,");
        for (int i = 0; i < laneCount; i++) {
            lanes.add(new Lane());
        }
    }

    /** A broker of other messages. */
    static SimLog ofTopics(Scheduler scheduler, Trace trace, int queueCount) {
        return new SimLog(scheduler, trace, queueCount, false);
    }

    void faults(Faults now) {
        faults = now;
    }

    /** For a planted bug: FLUSH_DISK_TIMEOUT is answered as if it were SEND_OK. */
    void acknowledgeUnflushed() {
        acknowledgesUnflushed = true;
    }

    /** The broker is gone for a while; what was not flushed is lost. */
    void restart(Duration downtime) {
        restarts++;
        for (Lane lane : lanes) {
            lane.records.subList(lane.flushed, lane.records.size()).clear();
        }
        gone.begin(downtime);
    }

    /** The broker stands still for a while: what is sent to it comes late, and is stored then. */
    void standStill(Duration time) {
        still.begin(time);
    }

    void comeBack() {
        gone.end();
        still.end();
    }

    /** The records of a lane before an offset are not there any more. */
    void expire(int number, long before) {
        Lane lane = lanes.get(number);
        lane.expired = Math.max(lane.expired, (int) before);
    }

    /**
     * The broker breaks its word: the last records of a lane are gone, flushed or not.
     *
     * @param buyers hear what they were told in vain
     */
    void lose(int number, int count, Buyers buyers) {
        Lane lane = lanes.get(number);
        int left = Math.max(lane.expired, lane.flushed - count);
        trace.say(scheduler, "lane " + number + " loses its records from offset " + left + " on");
        List<LaneRecord> lost = lane.records.subList(left, lane.records.size());
        for (LaneRecord record : lost) {
            for (Section section : LogRecord.decode(record.body()).sections()) {
                if (section instanceof Section.Deductions deductions) {
                    Entries entries = deductions.entries();
                    for (int i = 0; i < entries.count(); i++) {
                        buyers.lost(
                                section.partition().sku(),
                                new RequestId(entries.high(i), entries.low(i)),
                                entries.quantity(i));
                    }
                }
            }
        }
        lost.clear();
        lane.flushed = left;
    }

    /** What stood in the lane, flushed; for judges. */
    List<LaneRecord> flushed(int lane) {
        return lanes.get(lane).records.subList(0, lanes.get(lane).flushed);
    }

    int laneCount() {
        return lanes.size();
    }

    /** The log as a process sees it: what it hears, it hears only while it lives. */
    StockLog of(SimProcess process) {
        return new View(process);
    }

    private Duration delay() {
        return scheduler.chance(faults.slow()) ? scheduler.micros(1_000, 30_000) : scheduler.micros(50, 1_500);
    }

    private final class View implements StockLog {
        private final SimProcess process;

        View(SimProcess process) {
            this.process = process;
        }

        @Override
        public int lanes() {
            return lanes.size();
        }

        @Override
        public CompletableFuture<Append> append(int number, byte[] record) {
            CompletableFuture<Append> result = new CompletableFuture<>();
            Duration timeOut = TIME_OUT.plus(scheduler.micros(0, 5_000));
            process.after(timeOut, () -> result.complete(new Append.Unconfirmed("time-out")));
            if (!scheduler.chance(faults.lostAppend())) {
                boolean late = scheduler.chance(faults.lateAppend());
                Duration arrival = late ? timeOut.plus(scheduler.micros(0, 60_000)) : delay();
                int sentBefore = restarts;
                scheduler.after(arrival, () -> arrive(number, record, sentBefore, result));
            }
            return result;
        }

        private void arrive(int number, byte[] record, int sentBefore, CompletableFuture<Append> result) {
            if (still.isOn()) {
                still.whenOver(() -> arrive(number, record, sentBefore, result));
                return;
            }
            if (gone.isOn() || restarts != sentBefore) {
                process.after(delay(), () -> result.complete(new Append.Unconfirmed("broker down")));
                return;
            }
            Lane lane = lanes.get(number);
            long offset = lane.records.size();
            lane.records.add(new LaneRecord(offset, scheduler.nowNanos() / 1_000_000, record));
            tell(number, offset, record);
            if (scheduler.chance(faults.unflushed())) {
                Append answer = acknowledgesUnflushed
                        ? new Append.Stored(offset)
                        : new Append.Unconfirmed("FLUSH_DISK_TIMEOUT");
                process.after(delay(), () -> result.complete(answer));
                scheduler.after(scheduler.micros(1_000, 100_000), () -> flush(lane, offset, restarts == sentBefore));
                return;
            }
            flush(lane, offset, true);
            if (!scheduler.chance(faults.lostAnswer())) {
                process.after(delay(), () -> result.complete(new Append.Stored(offset)));
            }
        }

        private void tell(int number, long offset, byte[] record) {
            trace.content(record);
            if (!trace.isDetailed() || !ofRecords) {
                return;
            }
            LogRecord decoded = LogRecord.decode(record);
            String where = "lane " + number + ", offset " + offset + ", by " + decoded.writer() + ": ";
            for (Section section : decoded.sections()) {
                Sku sku = section.partition().sku();
                String of = where + section.partition() + " epoch " + section.epoch();
                if (section instanceof Section.Deductions deductions) {
                    Entries entries = deductions.entries();
                    for (int i = 0; i < entries.count(); i++) {
                        RequestId id = new RequestId(entries.high(i), entries.low(i));
                        String what = of + ", seq " + deductions.seq() + ": " + id + " x" + entries.quantity(i);
                        trace.say(scheduler, sku, id, () -> what);
                    }
                } else if (section instanceof Section.Return back) {
                    trace.say(scheduler, sku, () -> of + ", seq " + back.seq() + ": returns " + back.units());
                } else {
                    trace.say(scheduler, sku, () -> of + ": fence");
                }
            }
        }

        private void flush(Lane lane, long offset, boolean sameRun) {
            if (sameRun) {
                lane.flushed = Math.max(lane.flushed, (int) offset + 1);
            }
        }

        @Override
        public CompletableFuture<Read> read(int number, long from, Duration wait) {
            CompletableFuture<Read> result = new CompletableFuture<>();
            scheduler.after(delay(), () -> look(number, from, scheduler.nowNanos() + wait.toNanos(), result));
            return result;
        }

        private void look(int number, long from, long until, CompletableFuture<Read> result) {
            Lane lane = lanes.get(number);
            boolean down = gone.isOn() || still.isOn();
            if (!down && from < lane.expired) {
                long first = lane.expired;
                process.after(delay(), () -> result.complete(new Read.Expired(first)));
            } else if (!down && from < lane.records.size()) {
                int to = Math.min(lane.records.size(), (int) from + scheduler.between(1, READ_AT_ONCE));
                List<LaneRecord> found = List.copyOf(lane.records.subList((int) from, to));
                process.after(delay(), () -> result.complete(new Read.Records(found)));
            } else if (scheduler.nowNanos() >= until || process.isDead()) {
                Read nothing = down
                        ? new Read.Failed("broker down")
                        : from > lane.records.size() ? new Read.BeyondEnd(lane.records.size()) : new Read.Nothing();
                process.after(delay(), () -> result.complete(nothing));
            } else {
                scheduler.after(Duration.ofMillis(2), () -> look(number, from, until, result));
            }
        }

        @Override
        public void close() {}
    }
}
