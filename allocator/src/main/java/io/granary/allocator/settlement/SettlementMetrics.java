// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What settlement tells about itself. Thread-safe. */
final class SettlementMetrics {
    private static final String PREFIX = "granary.settlement.";

    private final Counter records;
    private final Counter rows;
    private final Counter duplicates;
    private final Counter conflicts;
    private final Counter stale;
    private final Counter repeated;
    private final Counter gaps;
    private final Counter faults;
    private final Timer transactions;
    private final AtomicInteger alarms = new AtomicInteger();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong unproven = new AtomicLong();

    /**
     * @param lagMillis the age of the oldest record that was read and is not applied, 0 if there is none
     */
    SettlementMetrics(MeterScope meters, LongSupplier lagMillis) {
        records = counter(meters, "records", "Records of the stock log that were applied");
        rows = counter(meters, "rows", "Deductions that were entered in the ledger");
        duplicates = counter(meters, "duplicates", "Deductions whose id counted before; their units went back");
        conflicts = counter(meters, "conflicts", "Deductions whose id counted before with another quantity");
        stale = counter(meters, "sections.stale", "Sections of ended epochs, skipped");
        repeated = counter(meters, "sections.duplicate", "Sections seen before, skipped");
        gaps = counter(
                meters,
                "sections.gap",
                "Sections of halted ownerships, skipped: behind a jump of the sequence, or breaking the books");
        faults = counter(meters, "faults", "Faults of the log or the books after which a lane was begun again");
        transactions = meters.timer(PREFIX + "transaction", "Transactions that apply records");
        meters.gauge(PREFIX + "lanes.alarmed", "Lanes of this allocator that stopped with an alarm", alarms::get);
        meters.gauge(PREFIX + "lag.records", "Records that were read and are not applied yet", waiting::get);
        meters.gauge(
                PREFIX + "unproven",
                "Records that were read and are not known to be acknowledged, so that they don't count yet",
                unproven::get);
        meters.seconds(
                PREFIX + "lag",
                "Age of the oldest record that was read and is not applied yet",
                () -> lagMillis.getAsLong() / 1e3);
    }

    private static Counter counter(MeterScope meters, String name, String description) {
        return meters.counter(PREFIX + name, description);
    }

    void applied(LaneChange change, SettlementStore.Outcome.Applied applied, long nanos) {
        records.increment((double) (change.to() - change.from()));
        rows.increment(applied.rows());
        duplicates.increment(applied.duplicates());
        conflicts.increment(applied.conflicts());
        stale.increment(change.skipped().stale());
        repeated.increment(change.skipped().duplicates());
        gaps.increment(change.skipped().gaps());
        transactions.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Records that were read and are not applied. */
    long waiting() {
        return waiting.get();
    }

    void fault() {
        faults.increment();
    }

    void alarmed(int change) {
        alarms.addAndGet(change);
    }

    void waiting(int change) {
        waiting.addAndGet(change);
    }

    void unproven(int change) {
        unproven.addAndGet(change);
    }
}
