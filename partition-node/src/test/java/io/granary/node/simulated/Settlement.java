// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.log.LaneRecord;
import io.granary.record.Entries;
import io.granary.record.LaneRule;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What MySQL would hold: one SKU's units, its partitions and epochs, and the ledger, as far as lanes were applied. */
final class Settlement {
    /** One epoch of a partition. */
    static final class Epoch {
        final int slot;
        final long number;
        final int lane;
        long seq;
        boolean fenced;

        Epoch(int slot, long number, int lane) {
            this.slot = slot;
            this.number = number;
            this.lane = lane;
        }
    }

    /** The totals of a partition. */
    static final class Totals {
        long granted;
        long consumed;
        long returned;
    }

    final long received;
    long inventory;
    long sold;
    final Map<Long, Integer> ledger = new HashMap<>();
    final List<String> complaints = new ArrayList<>();
    private final List<Totals> totals = new ArrayList<>();
    private final Map<Integer, Map<Long, Epoch>> epochs = new HashMap<>();
    private final List<LaneRule> rules = new ArrayList<>();
    private final long[] settled;

    Settlement(long received, int slots, int lanes) {
        this.received = received;
        inventory = received;
        settled = new long[lanes];
        for (int i = 0; i < slots; i++) {
            totals.add(new Totals());
        }
        for (int i = 0; i < lanes; i++) {
            rules.add(new LaneRule());
        }
    }

    Totals totals(int slot) {
        return totals.get(slot);
    }

    /** By number, the oldest first. */
    Map<Long, Epoch> epochs(int slot) {
        return epochs.computeIfAbsent(slot, s -> new LinkedHashMap<>());
    }

    long settled(int lane) {
        return settled[lane];
    }

    long pool() {
        return totals.stream()
                .mapToLong(t -> t.granted - t.consumed - t.returned)
                .sum();
    }

    void grant(int slot, long units) {
        inventory -= units;
        totals.get(slot).granted += units;
    }

    /** Applies the next record of the lane, if there is one. */
    boolean apply(int lane, List<LaneRecord> records) {
        if (settled[lane] >= records.size()) {
            return false;
        }
        LaneRecord record = records.get((int) settled[lane]++);
        LogRecord.decode(record.body()).sections().forEach(section -> apply(lane, section));
        check();
        return true;
    }

    private void apply(int lane, Section section) {
        LaneRule.Verdict verdict = rules.get(lane).judge(section);
        int slot = section.partition().slot();
        if (section instanceof Section.Numbered numbered) {
            Epoch epoch = epochs(slot).get(section.epoch());
            if (epoch == null || epoch.lane != lane) {
                complaints.add("a section of an epoch that was never opened here: " + section);
            } else if (verdict == LaneRule.Verdict.GAP) {
                complaints.add("gap: " + section);
            } else if (verdict == LaneRule.Verdict.VALID) {
                epoch.seq = numbered.seq();
                count(totals.get(slot), numbered);
            }
        } else {
            epochs(slot).values().stream()
                    .filter(epoch -> epoch.lane == lane && epoch.number < section.epoch())
                    .forEach(epoch -> epoch.fenced = true);
        }
    }

    private void count(Totals of, Section.Numbered section) {
        if (section instanceof Section.Return back) {
            of.returned += back.units();
            inventory += back.units();
        } else if (section instanceof Section.Deductions deductions) {
            Entries entries = deductions.entries();
            for (int i = 0; i < entries.count(); i++) {
                of.consumed += entries.quantity(i);
                if (ledger.putIfAbsent(entries.high(i), entries.quantity(i)) == null) {
                    sold += entries.quantity(i);
                } else {
                    inventory += entries.quantity(i);
                }
            }
        }
    }

    void check() {
        for (Totals of : totals) {
            if (of.granted < of.consumed + of.returned) {
                complaints.add(
                        "oversold: granted " + of.granted + ", consumed " + of.consumed + ", returned " + of.returned);
            }
        }
        if (inventory < 0 || inventory + pool() + sold != received) {
            complaints.add("units: inventory " + inventory + ", pool " + pool() + ", sold " + sold + " of " + received);
        }
    }
}
