// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.control.Leader;
import io.granary.allocator.schedule.TaskScheduler;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.stock.DeadLetters;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlDecisions;
import io.granary.allocator.store.SqlIntentions;
import io.granary.allocator.store.SqlOperations;
import io.granary.allocator.store.SqlOperatorGrants;
import io.granary.allocator.store.SqlSkus;
import io.granary.allocator.store.SqlViews;
import io.granary.allocator.store.TransactionRunner;
import io.granary.log.StockLog;
import io.granary.stock.StockUpdatePublisher;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongToIntFunction;

/** All areas of the API. */
public final class Areas {
    /**
     * What areas are made of.
     *
     * @param books as the leader sees them
     * @param reconcile the one of this allocator, which tells what it found last
     * @param updates to the topic of stock updates
     * @param slotsFor how many slots suit so many units of a new SKU
     * @param health one thread, for asking the books how they are
     * @param log the lanes
     * @param ahead how long before its time a sale is prepared, if its task does not say
     */
    public record Parts(
            Leadership leadership,
            Leader leader,
            AllocationStore books,
            Database database,
            Reconcile reconcile,
            StockUpdatePublisher updates,
            LongToIntFunction slotsFor,
            Executor health,
            TaskStore tasks,
            TaskScheduler scheduler,
            Duration ahead,
            DeadLetters deadLetters,
            StockLog log) {}

    private Areas() {}

    /** A line for each. */
    public static List<Area> of(Parts parts) {
        Leader leader = parts.leader();
        TransactionRunner transactions = parts.database().transactions();
        SqlViews views = new SqlViews(transactions);
        SqlOperations operations = new SqlOperations(transactions);
        IntentionStore intentions = new SqlIntentions(parts.database());
        NodeArea nodes = new NodeArea(leader, intentions);
        return List.of(
                new HealthArea(parts.leadership(), leader, views, parts.health()),
                new SkuArea(views, new SqlSkus(transactions), leader, parts.slotsFor()),
                new SkuPlanArea(leader, intentions),
                new StockArea(views, parts.updates(), operations, new SqlOperatorGrants(transactions), leader),
                new HistoryArea(views, operations),
                new BooksArea(views, parts.reconcile(), leader),
                new RebalanceArea(leader, intentions, parts.books(), nodes),
                nodes,
                new TaskArea(parts.tasks(), parts.scheduler(), parts.ahead()),
                new DeadLetterArea(parts.deadLetters()),
                new LaneArea(new SqlDecisions(transactions), views, parts.log(), leader));
    }
}
