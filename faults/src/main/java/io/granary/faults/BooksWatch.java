// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.embedded.demo.AuditDatabase;
import io.granary.faults.FaultsRun.NotDoneException;
import java.sql.SQLException;
import java.time.Duration;

/** Waits until something stands in the books. Used by one thread. */
final class BooksWatch {
    /** What is asked of the books. */
    private interface Condition {
        boolean holds() throws SQLException, InterruptedException;
    }

    private static final String SOLD = "select coalesce(sum(sold), 0) from sku";
    private static final String PROGRESS = "select (select coalesce(sum(settled), 0) from lane)"
            + " + (select count(*) from stock_update) + (select coalesce(sum(sold), 0) from sku)";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);
    /** Nothing more is expected when nothing has moved for so long; and not before all is sold, or so long has passed. */
    private static final Duration REST = Duration.ofSeconds(2);

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);

    private final AuditDatabase database;

    BooksWatch(AuditDatabase database) {
        this.database = database;
    }

    private static void await(String what, Condition condition)
            throws SQLException, InterruptedException, NotDoneException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new NotDoneException(what + ": not all (expected: within " + PATIENCE.toSeconds() + " s)");
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    /** Waits until there are tables, and so many nodes with a lane. */
    void awaitNodes(int count) throws SQLException, InterruptedException, NotDoneException {
        await(
                "tables",
                () -> database.number("select count(*) from information_schema.tables"
                                + " where table_schema = database() and table_name = 'leader_term'")
                        == 1);
        await("nodes with a lane", () -> database.number("select count(*) from lane where owner is not null") == count);
    }

    /** Waits until so many stock updates are applied. */
    void awaitUpdates(int count) throws SQLException, InterruptedException, NotDoneException {
        await("stock updates", () -> database.number("select count(*) from stock_update") == count);
    }

    /** Waits until partitions have all units of all SKUs. */
    void awaitGranted() throws SQLException, InterruptedException, NotDoneException {
        await("units that are granted", () -> database.number("select coalesce(sum(inventory), 0) from sku") == 0);
    }

    /**
     * Waits until so many units are sold and settlement rests, or does not seem to come further.
     *
     * @return how long it took
     */
    Duration awaitSettlement(long units) throws SQLException, InterruptedException {
        long began = System.nanoTime();
        long moved = began;
        long position = -1;
        while (System.nanoTime() - began < PATIENCE.toNanos() && System.nanoTime() - moved < REST.toNanos()) {
            Thread.sleep(POLL.toMillis());
            long now = database.number(PROGRESS);
            boolean patient = System.nanoTime() - began < LEAST_PATIENCE.toNanos();
            if (now != position || (patient && database.number(SOLD) != units)) {
                position = now;
                moved = System.nanoTime();
            }
        }
        return Duration.ofNanos(moved - began);
    }
}
