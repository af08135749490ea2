// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Looks how far settlement is behind, by what MySQL says is sold. Used by one thread.
 */
final class SettlementWatch {
    private record Sample(long nanos, long acknowledgedUnits) {}

    private static final String SOLD = "select coalesce(sum(sold), 0) from sku";
    private static final String UPDATES = "select count(*) from stock_update";
    private static final String POSITIONS = "select coalesce(sum(settled), 0) from lane";
    private static final Duration POLL = Duration.ofMillis(10);
    /** The lanes are taken to be at rest when nothing was settled for so long. */
    private static final Duration REST = Duration.ofMillis(750);

    private final AuditDatabase database;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private long maxLagNanos;

    SettlementWatch(AuditDatabase database) {
        this.database = database;
    }

    /** Takes note of what is acknowledged and what is settled, both so far. */
    void sample(long acknowledgedUnits) throws SQLException, InterruptedException {
        long now = System.nanoTime();
        samples.addLast(new Sample(now, acknowledgedUnits));
        long sold = database.number(SOLD);
        // The lag is the age of the oldest sample that is not settled yet.
        while (!samples.isEmpty() && samples.getFirst().acknowledgedUnits() <= sold) {
            samples.removeFirst();
        }
        if (!samples.isEmpty()) {
            maxLagNanos = Math.max(maxLagNanos, now - samples.getFirst().nanos());
        }
    }

    /** The longest time seen from an acknowledgement to its row, as far as the samples tell. */
    Duration maxLag() {
        return Duration.ofNanos(maxLagNanos);
    }

    /**
     * Waits until MySQL has at least so many units sold and so many stock updates, and then until the lanes rest.
     *
     * @return the {@link System#nanoTime} at which it had them; or at which it was given up
     */
    long await(long soldUnits, long stockUpdates, Duration atMost) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline
                && (database.number(SOLD) < soldUnits || database.number(UPDATES) < stockUpdates)) {
            Thread.sleep(POLL.toMillis());
        }
        long settled = System.nanoTime();
        long position = database.number(POSITIONS);
        long since = System.nanoTime();
        while (System.nanoTime() - since < REST.toNanos() && System.nanoTime() < deadline) {
            Thread.sleep(POLL.toMillis());
            long now = database.number(POSITIONS);
            if (now != position) {
                position = now;
                since = System.nanoTime();
            }
        }
        return settled;
    }
}
