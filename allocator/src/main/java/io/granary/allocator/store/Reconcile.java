// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.metrics.MeterScope;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks the books against each other: {@code actual = pool + inventory}, none negative, {@code pool} is the sum over
 * the partitions, {@code received = actual + sold + written_off}, {@code sold} is the live quantity in the ledger, what was
 * said of a deduction that has settled is done. Sums prove nothing of what has not been applied: so partitions that are
 * halted, with their units, and lanes at which settlement has stopped do not add up either. Reads only, as at one moment,
 * so it can run at any time; it reads the whole ledger. Thread-safe.
 */
public final class Reconcile {
    private final TransactionRunner transactions;
    private final @Nullable Timer time;
    /** Of the last check; not a number before the first. */
    private volatile double found = Double.NaN;

    /**
     * @param database the books
     */
    public Reconcile(Database database) {
        transactions = database.transactions();
        time = null;
    }

    /** One for the whole process, which tells what it found last. */
    public Reconcile(Database database, MeterScope meters) {
        transactions = database.transactions();
        time = meters.timer("granary.reconcile", "Comparisons of the books with the ledger");
        meters.gauge(
                "granary.reconcile.drifts",
                "Sums that the last comparison of this allocator found wrong; NaN before the first",
                () -> found);
    }

    /** What does not add up; empty if all does. */
    public List<Drift> check() {
        long sinceNanos = System.nanoTime();
        List<Drift> drifts = compare();
        found = drifts.size();
        if (time != null) {
            time.record(System.nanoTime() - sinceNanos, TimeUnit.NANOSECONDS);
        }
        return drifts;
    }

    /** How many sums the last check found wrong; 0 before the first. Does not block. */
    public int found() {
        return (int) found;
    }

    private List<Drift> compare() {
        return transactions.snapshot(session -> {
            ReconcileMapper mapper = session.getMapper(ReconcileMapper.class);
            List<Drift> drifts = new ArrayList<>(mapper.actualOfParts());
            drifts.addAll(mapper.negatives());
            drifts.addAll(mapper.poolOfPartitions());
            drifts.addAll(mapper.receivedOfParts());
            drifts.addAll(mapper.soldOfLedger());
            drifts.addAll(mapper.marksOfLedger());
            drifts.addAll(mapper.haltedPartitions());
            drifts.addAll(mapper.lockedUnits());
            drifts.addAll(mapper.stoppedLanes());
            return drifts;
        });
    }
}
