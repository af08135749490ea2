// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import io.granary.model.PartitionId;
import io.granary.node.pool.IdMemory;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import io.granary.record.Entries;
import org.jspecify.annotations.Nullable;

/** What the records of earlier epochs make of a partition: its totals and the ids of its window. */
final class Folded {
    private final IdWindow ids = new IdWindow();
    private long consumed;
    private long returned;
    private @Nullable String problem;

    /**
     * @param consumed as settled, in units
     * @param returned as settled, in units
     */
    Folded(long consumed, long returned) {
        this.consumed = consumed;
        this.returned = returned;
    }

    /** From now on its ids count there, and nowhere else. */
    void countIdsIn(IdMemory memory) {
        ids.countIn(memory);
    }

    void consume(long units) {
        consumed += units;
    }

    void giveBack(long units) {
        returned += units;
    }

    void remember(Entries entries) {
        for (int i = 0; i < entries.count(); i++) {
            ids.remember(entries.high(i), entries.low(i), Pool.durable(entries.quantity(i)));
        }
    }

    /** Ids that were deducted before that moment, of the node's clock, may be missing. */
    void limitTo(long nanos) {
        ids.limitTo(nanos);
    }

    /** Forgets the older half of the ids. */
    void turnWindow(long nowNanos) {
        ids.turn(nowNanos);
    }

    /** The partition must not be served; the first reason stands. */
    void fail(String why) {
        if (problem == null) {
            problem = why;
        }
    }

    /** Why the partition must not be served; null if it may be. */
    @Nullable
    String problem(PartitionId partition, long granted) {
        if (problem == null && (consumed < 0 || returned < 0 || granted - consumed - returned < 0)) {
            return partition + ": consumed " + consumed + " and returned " + returned + " (expected: at most " + granted
                    + ", what was granted)";
        }
        return problem;
    }

    Pool toPool(long granted) {
        return new Pool(granted, consumed, returned, ids);
    }
}
