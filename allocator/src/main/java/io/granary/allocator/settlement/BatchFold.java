// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.model.PartitionId;
import io.granary.model.Quantity;
import io.granary.model.Sku;
import io.granary.record.Entries;
import io.granary.record.LaneRule;
import io.granary.record.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds the records of one lane, from where settlement stands on, into changes of the books. It remembers how far every
 * ownership got, so what it is given must follow what it was given before; if a change is not applied, make another.
 *
 * <p>Pure and not thread-safe. Memory: one entry for each ownership that the lane has spoken of.
 */
final class BatchFold {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFold.class);
    private static final Comparator<LaneChange.OfEpoch> EPOCH_ORDER = Comparator.comparingInt(LaneChange.OfEpoch::skuId)
            .thenComparingInt(LaneChange.OfEpoch::slot)
            .thenComparingLong(LaneChange.OfEpoch::epoch);
    private static final Comparator<LaneChange.Fence> FENCE_ORDER =
            Comparator.comparingInt(LaneChange.Fence::skuId).thenComparingInt(LaneChange.Fence::slot);
    private static final Comparator<LaneChange.OfPartition> PARTITION_ORDER =
            Comparator.comparingInt(LaneChange.OfPartition::skuId).thenComparingInt(LaneChange.OfPartition::slot);

    /**
     * What a fold came to.
     *
     * @param change null if the first record already is at fault
     * @param fault why the record at {@code change.to} (or the first) can't be applied; null if all were folded
     */
    record Folded(@Nullable LaneChange change, @Nullable String fault) {}

    /** What the books must be asked for before records can be folded. */
    record Unknown(Set<Sku> skus, Set<EpochKey> epochs) {
        boolean isEmpty() {
            return skus.isEmpty() && epochs.isEmpty();
        }
    }

    private final int lane;
    private final LaneRule rule = new LaneRule();
    private final Map<Sku, Integer> skuIds = new HashMap<>();
    private final Set<EpochKey> known = new HashSet<>();
    private final Set<EpochKey> halted = new HashSet<>();

    BatchFold(int lane) {
        this.lane = lane;
    }

    /** What these records speak of and is not known here yet. */
    Unknown unknown(List<PendingRecord> records) {
        Set<Sku> skus = new HashSet<>();
        Set<EpochKey> epochs = new HashSet<>();
        for (PendingRecord pending : records) {
            for (Section section : pending.record().sections()) {
                if (!skuIds.containsKey(section.partition().sku())) {
                    skus.add(section.partition().sku());
                }
                if (section instanceof Section.Numbered) {
                    EpochKey key = new EpochKey(section.partition(), section.epoch());
                    if (!known.contains(key)) {
                        epochs.add(key);
                    }
                }
            }
        }
        return new Unknown(skus, epochs);
    }

    /** Takes note of what the books know. */
    void learn(LaneBooks books) {
        skuIds.putAll(books.skuIds());
        for (LaneBooks.KnownEpoch epoch : books.epochs()) {
            EpochKey key = epoch.key();
            if (!known.add(key)) {
                continue;
            }
            if (epoch.fenced()) {
                rule.fence(key.partition(), key.epoch() + 1);
            } else if (epoch.halted()) {
                rule.halt(key.partition(), key.epoch());
                halted.add(key);
            } else {
                rule.resume(key.partition(), key.epoch(), epoch.seq());
            }
        }
    }

    /**
     * Folds records with consecutive offsets, up to the first that can't be applied.
     *
     * @param records at least one
     */
    Folded fold(List<PendingRecord> records) {
        return fold(records, Map.of());
    }

    /**
     * As {@link #fold(List)}.
     *
     * @param refused partitions whose sections in these records break the books, with why: they are halted there
     */
    Folded fold(List<PendingRecord> records, Map<PartitionId, String> refused) {
        Draft draft = new Draft(refused);
        int count = 0;
        String fault = null;
        for (PendingRecord pending : records) {
            fault = faultOf(pending);
            if (fault != null) {
                break;
            }
            pending.record().sections().forEach(section -> draft.add(pending, section));
            count++;
        }
        return new Folded(count == 0 ? null : draft.change(records.subList(0, count)), fault);
    }

    /** Why a record can't be applied: all that is looked at before any of it takes effect. */
    private @Nullable String faultOf(PendingRecord pending) {
        if (pending.isMalformed()) {
            return pending.malformed();
        }
        for (Section section : pending.record().sections()) {
            String fault = faultOf(section);
            if (fault != null) {
                return fault + ", written by " + pending.record().writer();
            }
        }
        return null;
    }

    private @Nullable String faultOf(Section section) {
        if (!skuIds.containsKey(section.partition().sku())) {
            return "sku: '" + section.partition().sku() + "' (expected: one that the books know)";
        }
        if (section instanceof Section.Numbered) {
            EpochKey key = new EpochKey(section.partition(), section.epoch());
            if (!known.contains(key)) {
                return "ownership: " + key + " (expected: one that the books gave in this lane)";
            }
        }
        return null;
    }

    /** Why a section can't count, whatever the books say: values that no node writes. */
    private static @Nullable String brokenBy(Section.Numbered section) {
        if (section instanceof Section.Return back && back.units() < 1) {
            return "returned units: " + back.units() + " (expected: 1 or more)";
        }
        if (section instanceof Section.Deductions deductions) {
            Entries entries = deductions.entries();
            for (int i = 0; i < entries.count(); i++) {
                if (!Quantity.isValid(entries.quantity(i))) {
                    return "quantity: " + entries.quantity(i) + " (expected: 1 to " + Quantity.MAX + ")";
                }
            }
        }
        return null;
    }

    /** The change while it grows. */
    private final class Draft {
        private static final class Units {
            long consumed;
            long returned;
        }

        private static final class Progress {
            long seq;

            @Nullable
            String halted;

            long first;
            long end;
        }

        private final Map<PartitionId, String> refused;

        private final List<LedgerRow> rows = new ArrayList<>();
        private final Map<EpochKey, Progress> epochs = new HashMap<>();
        private final Map<PartitionId, Long> fences = new HashMap<>();
        private final Map<PartitionId, Units> partitions = new HashMap<>();
        private int stale;
        private int duplicates;
        private int gaps;

        Draft(Map<PartitionId, String> refused) {
            this.refused = refused;
        }

        void add(PendingRecord pending, Section section) {
            if (section instanceof Section.Fence fence) {
                rule.fence(fence.partition(), fence.epoch());
                fences.merge(fence.partition(), fence.epoch(), Math::max);
                return;
            }
            Section.Numbered numbered = (Section.Numbered) section;
            LaneRule.Verdict verdict = rule.judge(numbered);
            switch (verdict) {
                case STALE -> stale++;
                case DUPLICATE -> duplicates++;
                case GAP -> {
                    halt(pending, numbered, "it jumped to seq " + numbered.seq());
                }
                case VALID -> {
                    String broken = brokenBy(numbered);
                    String why = broken == null ? refused.get(numbered.partition()) : broken;
                    if (why == null) {
                        Progress progress = progress(numbered);
                        progress.first = progress.seq == 0 ? pending.offset() : progress.first;
                        progress.end = pending.offset() + 1;
                        progress.seq = numbered.seq();
                        apply(pending, numbered);
                    } else {
                        rule.halt(numbered.partition(), numbered.epoch());
                        halt(pending, numbered, why);
                    }
                }
            }
        }

        /** Nothing of its ownership counts from this section on; what the partition holds in the books stays there. */
        private void halt(PendingRecord pending, Section.Numbered section, String why) {
            gaps++;
            EpochKey key = new EpochKey(section.partition(), section.epoch());
            if (halted.add(key)) {
                progress(section).halted = "lane " + lane + " offset " + pending.offset() + ", written by "
                        + pending.record().writer() + ": " + why;
                // Whoever acts on the SKU is to hear of it, as of units.
                partitions.computeIfAbsent(section.partition(), p -> new Units());
                LOG.error(
                        "Lane {} offset {}: {} is halted, nothing of it counts from here on: {}",
                        lane,
                        pending.offset(),
                        key,
                        why);
            }
        }

        private Progress progress(Section.Numbered section) {
            return epochs.computeIfAbsent(new EpochKey(section.partition(), section.epoch()), key -> new Progress());
        }

        private void apply(PendingRecord pending, Section.Numbered section) {
            Units units = partitions.computeIfAbsent(section.partition(), p -> new Units());
            if (section instanceof Section.Return back) {
                units.returned += back.units();
            } else if (section instanceof Section.Deductions deductions) {
                units.consumed += deductions.units();
                int skuId = skuId(section.partition());
                LedgerRow.Origin origin = new LedgerRow.Origin(
                        section.partition().slot(),
                        section.epoch(),
                        pending.record().timeMillis());
                Entries entries = deductions.entries();
                for (int i = 0; i < entries.count(); i++) {
                    rows.add(new LedgerRow(skuId, entries.high(i), entries.low(i), entries.quantity(i), origin));
                }
            }
        }

        LaneChange change(List<PendingRecord> records) {
            PendingRecord last = records.get(records.size() - 1);
            // Stable: of the same id, the one that came first stays first.
            rows.sort(LedgerRow.KEY_ORDER);
            List<LedgerRow> firsts = new ArrayList<>(rows.size());
            List<LedgerRow> repeats = new ArrayList<>();
            LedgerRow before = null;
            for (LedgerRow row : rows) {
                if (before != null && LedgerRow.KEY_ORDER.compare(before, row) == 0) {
                    repeats.add(row);
                } else {
                    firsts.add(row);
                    before = row;
                }
            }
            return new LaneChange(
                    lane,
                    records.get(0).offset(),
                    last.offset() + 1,
                    last.print(),
                    rows.size(),
                    firsts,
                    repeats,
                    epochChanges(),
                    fenceChanges(),
                    partitionChanges(),
                    skuChanges(),
                    new LaneChange.Skipped(stale, duplicates, gaps));
        }

        private List<LaneChange.OfEpoch> epochChanges() {
            List<LaneChange.OfEpoch> changes = new ArrayList<>(epochs.size());
            epochs.forEach((key, progress) -> changes.add(new LaneChange.OfEpoch(
                    skuId(key.partition()),
                    key.partition().slot(),
                    key.epoch(),
                    progress.seq,
                    progress.halted,
                    progress.first,
                    progress.end)));
            changes.sort(EPOCH_ORDER);
            return changes;
        }

        private List<LaneChange.Fence> fenceChanges() {
            List<LaneChange.Fence> changes = new ArrayList<>(fences.size());
            fences.forEach(
                    (partition, below) -> changes.add(new LaneChange.Fence(skuId(partition), partition.slot(), below)));
            changes.sort(FENCE_ORDER);
            return changes;
        }

        private List<LaneChange.OfPartition> partitionChanges() {
            List<LaneChange.OfPartition> changes = new ArrayList<>(partitions.size());
            partitions.forEach((partition, units) -> changes.add(
                    new LaneChange.OfPartition(skuId(partition), partition.slot(), units.consumed, units.returned)));
            changes.sort(PARTITION_ORDER);
            return changes;
        }

        private List<LaneChange.OfSku> skuChanges() {
            Map<Sku, Units> bySku = new HashMap<>();
            partitions.forEach((partition, units) -> {
                Units sum = bySku.computeIfAbsent(partition.sku(), sku -> new Units());
                sum.consumed += units.consumed;
                sum.returned += units.returned;
            });
            List<LaneChange.OfSku> changes = new ArrayList<>(bySku.size());
            bySku.forEach((sku, units) ->
                    changes.add(new LaneChange.OfSku(sku, skuIdOf(sku), units.consumed, units.returned)));
            changes.sort(Comparator.comparingInt(LaneChange.OfSku::skuId));
            return changes;
        }

        private int skuId(PartitionId partition) {
            return skuIdOf(partition.sku());
        }

        private int skuIdOf(Sku sku) {
            Integer id = skuIds.get(sku);
            if (id == null) {
                throw new IllegalStateException("sku: '" + sku + "' (expected: one that was checked before)");
            }
            return id;
        }
    }
}
