// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import io.granary.model.PartitionId;
import io.granary.proto.EarlierEpoch;
import io.granary.record.LaneRule;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import java.util.HashMap;
import java.util.Map;

/**
 * Folds the records of one lane into the partitions that are taken over. Below the settled offset only ids are wanted:
 * of an epoch, those of sections up to its settled seq, which were valid. From the settled offset on the rule decides,
 * and units count.
 *
 * <p>Pure; not thread-safe.
 */
final class LaneFold {
    private record Wanted(Folded folded, Map<Long, EarlierEpoch> epochs) {}

    private final long settled;
    private final LaneRule rule = new LaneRule();
    private final Map<PartitionId, Wanted> wanted = new HashMap<>();

    /**
     * @param settled the offset of the first record that the totals of the partitions do not contain
     */
    LaneFold(long settled) {
        this.settled = settled;
    }

    /** An earlier epoch in this lane of a partition that is taken over. */
    void expect(PartitionId partition, EarlierEpoch epoch, Folded into) {
        wanted.computeIfAbsent(partition, p -> new Wanted(into, new HashMap<>(4)))
                .epochs()
                .put(epoch.getEpoch(), epoch);
        rule.resume(partition, epoch.getEpoch(), epoch.getSeq());
    }

    /** The next record of the lane. */
    void apply(long offset, LogRecord record) {
        for (Section section : record.sections()) {
            Wanted of = wanted.get(section.partition());
            if (of != null) {
                apply(offset, section, of);
            }
        }
    }

    private void apply(long offset, Section section, Wanted of) {
        if (!(section instanceof Section.Numbered numbered)) {
            if (offset >= settled) {
                rule.judge(section);
            }
            return;
        }
        EarlierEpoch epoch = of.epochs().get(section.epoch());
        if (epoch == null) {
            return;
        }
        if (numbered.seq() <= epoch.getSeq()) {
            remember(numbered, of.folded());
        } else if (offset >= settled && !epoch.getFenced()) {
            count(offset, numbered, of.folded());
        }
    }

    private static void remember(Section.Numbered section, Folded folded) {
        if (section instanceof Section.Deductions deductions) {
            folded.remember(deductions.entries());
        }
    }

    private void count(long offset, Section.Numbered section, Folded folded) {
        switch (rule.judge(section)) {
            case VALID -> {
                if (section instanceof Section.Deductions deductions) {
                    folded.consume(deductions.units());
                    folded.remember(deductions.entries());
                } else if (section instanceof Section.Return back) {
                    folded.giveBack(back.units());
                }
            }
            case GAP ->
                folded.fail(section.partition() + ": epoch " + section.epoch() + " jumps to seq " + section.seq()
                        + " at offset " + offset);
            case STALE, DUPLICATE -> {
                // Skipped, by the rule.
            }
        }
    }
}
