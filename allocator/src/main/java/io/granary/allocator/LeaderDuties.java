// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import io.granary.allocator.api.Leadership;
import io.granary.allocator.control.Leader;
import io.granary.allocator.schedule.TaskScheduler;
import io.granary.allocator.stock.StockUpdates;
import org.jspecify.annotations.Nullable;

/**
 * What an allocator does for the time that it leads, beside leading: it applies stock updates, runs tasks, and answers what
 * only a leader can. Thread-safe.
 */
final class LeaderDuties implements Leader.Terms {
    private final Leadership leadership;
    private volatile @Nullable StockUpdates updates;
    private volatile @Nullable TaskScheduler tasks;

    LeaderDuties(Leadership leadership) {
        this.leadership = leadership;
    }

    /** Says what there is to begin and to end; before the registry can say that this allocator leads. */
    void take(StockUpdates ofStock, TaskScheduler ofOperators) {
        updates = ofStock;
        tasks = ofOperators;
    }

    @Override
    public void onTerm(long term) {
        leadership.setHere(true);
        StockUpdates present = updates;
        if (present != null) {
            present.start(term);
        }
        TaskScheduler scheduled = tasks;
        if (scheduled != null) {
            scheduled.begin(term);
        }
    }

    @Override
    public void onTermOver() {
        leadership.setHere(false);
        TaskScheduler scheduled = tasks;
        if (scheduled != null) {
            scheduled.end();
        }
        StockUpdates present = updates;
        if (present != null) {
            present.close();
        }
    }
}
