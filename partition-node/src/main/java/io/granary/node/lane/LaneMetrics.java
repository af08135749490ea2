// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.metrics.MeterScope;
import io.granary.protocol.Answer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * What a node counts of its lane and of those who ask it. Everything is counted by the record, the frame or the run of
 * equal answers, never by the deduction. Thread-safe.
 */
public final class LaneMetrics {
    private static final double[] RECORD_BYTES = {256, 1_024, 4_096, 16_384, 65_536, 262_144, 524_288, 1_048_576};
    private static final double[] RECORD_DEDUCTIONS = {1, 4, 16, 64, 256, 1_024, 4_096, 16_384};

    private final Timer append;
    private final DistributionSummary bytes;
    private final DistributionSummary deductions;
    private final Counter resent;
    private final Counter jumped;
    private final Counter stale;
    private final Map<Answer, Counter> answers = new EnumMap<>(Answer.class);
    private final Timer frame;
    private final Counter soldUnits;
    private final Timer takeover;
    private final Counter takeoverFailed;

    /**
     * @param meters of one node
     */
    public LaneMetrics(MeterScope meters) {
        append = meters.timer(
                "granary.lane.append", "From the first sending of a record until it is known to be stored");
        bytes = meters.sizes("granary.lane.record", "Size of the records", "bytes", RECORD_BYTES);
        deductions = meters.sizes(
                "granary.lane.record.deductions", "Deductions in a record", "deductions", RECORD_DEDUCTIONS);
        resent = meters.counter("granary.lane.resent", "Records sent again because nothing was known of them");
        jumped = meters.counter("granary.lane.jumped", "Records before which others had written");
        stale = meters.counter("granary.lane.stale", "Sections of ended epochs");
        for (Answer answer : Answer.values()) {
            answers.put(
                    answer, meters.counter("granary.node.answers", "Answers to deductions", "answer", answer.name()));
        }
        frame = meters.timer("granary.node.frame", "From the arrival of a frame until all of it is answered");
        soldUnits = meters.counter("granary.node.sold.units", "Units of deductions that became durable");
        takeover = meters.timer(
                "granary.node.takeover", "From the order to open a partition that had an owner until it is open");
        takeoverFailed = meters.counter(
                "granary.node.takeover.failed", "Partitions that can't be opened, for people to look at");
    }

    void written(int length, long nanos) {
        append.record(nanos, TimeUnit.NANOSECONDS);
        bytes.record(length);
    }

    /** A record was made of so many deductions. */
    void formed(int count) {
        deductions.record(count);
    }

    void sold(long units) {
        soldUnits.increment((double) units);
    }

    void resent() {
        resent.increment();
    }

    void jumped() {
        jumped.increment();
    }

    void stale() {
        stale.increment();
    }

    /** So many entries were answered alike. */
    public void answered(Answer answer, int count) {
        Objects.requireNonNull(answers.get(answer)).increment(count);
    }

    /** All of a frame is answered. */
    public void frame(long nanos) {
        frame.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A partition that had an owner is open here. */
    public void takenOver(long nanos) {
        takeover.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void takeoverFailed() {
        takeoverFailed.increment();
    }
}
