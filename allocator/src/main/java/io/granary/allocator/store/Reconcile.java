// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import java.util.ArrayList;
import java.util.List;

/**
 * Checks the books against each other: {@code actual = pool + inventory}, none negative, {@code pool} is the sum over
 * the partitions, {@code received = actual + sold + written_off}, {@code sold} is the live quantity in the ledger, what was
 * said of a deduction that has settled is done. Reads only, as at one moment, so it can run at any time; it reads the whole ledger. Thread-safe.
 */
public final class Reconcile {
    private final TransactionRunner transactions;

    /**
     * @param database the books
     */
    public Reconcile(Database database) {
        transactions = database.transactions();
    }

    /** What does not add up; empty if all does. */
    public List<Drift> check() {
        return transactions.snapshot(session -> {
            ReconcileMapper mapper = session.getMapper(ReconcileMapper.class);
            List<Drift> drifts = new ArrayList<>(mapper.actualOfParts());
            drifts.addAll(mapper.negatives());
            drifts.addAll(mapper.poolOfPartitions());
            drifts.addAll(mapper.receivedOfParts());
            drifts.addAll(mapper.soldOfLedger());
            drifts.addAll(mapper.marksOfLedger());
            return drifts;
        });
    }
}
