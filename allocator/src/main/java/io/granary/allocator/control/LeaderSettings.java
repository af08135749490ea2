// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.config.Check;
import java.time.Duration;

/**
 * How the leader works. Times decide only how soon, never whether. Immutable.
 *
 * @param sweep how often all books are compared with what the nodes report, 100 ms to 1 h
 * @param pace the least time from one look at the SKUs that need attention to the next, 1 ms to 1 s
 * @param patience the longest time between two looks at a SKU that waits for units, pace to 10 s
 * @param resend after this a message that a node's reports do not show is sent again, 10 ms to 1 min
 * @param batchSkus the most SKUs that are looked at together, 1 to 10,000
 * @param batches how many such batches run at once, 1 to 64
 * @param transactionSkus the most SKUs in one transaction, 1 to 500
 * @param joinGrace how long partitions wait for a node that joins before the others get them, and when a term begins for
 *     the owner that the books name, 0 to 1 min
 * @param needLife how long a refused quantity counts as wanted after it was last asked for, 100 ms to 10 min
 * @param ceilingsWait how long a restock waits for nodes to forget ceilings, 0 to 1 min
 * @param announceWait after this a restock that could not be announced fails, 100 ms to 10 min
 * @param reconnect the longest pause before a node is connected to again, 10 ms to 10 min
 * @param unreachableAfter after this a node that is not heard is out of reach and others take over from it, and one that is
 *     heard but not registered is gone, 100 ms to 10 min
 * @param levelling whether partitions are levelled over the nodes by themselves
 * @param levellingInterval the least time from one round of that to the next, 0 to 1 h
 * @param levellingMoves the most partitions that a round gives to other nodes, 1 to 10,000, or a fiftieth of all if that is
 *     more
 */
public record LeaderSettings(
        Duration sweep,
        Duration pace,
        Duration patience,
        Duration resend,
        int batchSkus,
        int batches,
        int transactionSkus,
        Duration joinGrace,
        Duration needLife,
        Duration ceilingsWait,
        Duration announceWait,
        Duration reconnect,
        Duration unreachableAfter,
        boolean levelling,
        Duration levellingInterval,
        int levellingMoves) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public LeaderSettings {
        Check.range("sweep", sweep, Duration.ofMillis(100), Duration.ofHours(1));
        Check.range("pace", pace, Duration.ofMillis(1), Duration.ofSeconds(1));
        Check.range("patience", patience, pace, Duration.ofSeconds(10));
        Check.range("resend", resend, Duration.ofMillis(10), Duration.ofMinutes(1));
        Check.range("batch-skus", batchSkus, 1, 10_000);
        Check.range("batches", batches, 1, 64);
        Check.range("transaction-skus", transactionSkus, 1, 500);
        Check.range("join-grace", joinGrace, Duration.ZERO, Duration.ofMinutes(1));
        Check.range("need-life", needLife, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("ceilings-wait", ceilingsWait, Duration.ZERO, Duration.ofMinutes(1));
        Check.range("announce-wait", announceWait, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("reconnect", reconnect, Duration.ofMillis(10), Duration.ofMinutes(10));
        Check.range("unreachable-after", unreachableAfter, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("levelling-interval", levellingInterval, Duration.ZERO, Duration.ofHours(1));
        Check.range("levelling-moves", levellingMoves, 1, 10_000);
    }
}
