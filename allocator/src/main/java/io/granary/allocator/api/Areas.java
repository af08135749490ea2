// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.control.Leader;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.SqlAllocationStore;
import io.granary.allocator.store.SqlIntentions;
import io.granary.allocator.store.SqlViews;
import java.util.List;
import java.util.concurrent.Executor;

/** All areas of the API. */
public final class Areas {
    /**
     * What areas are made of.
     *
     * @param health one thread, for asking the books how they are
     */
    public record Parts(Leadership leadership, Leader leader, Database database, Executor health) {}

    private Areas() {}

    /** A line for each. */
    public static List<Area> of(Parts parts) {
        SqlViews views = new SqlViews(parts.database().transactions());
        SqlIntentions intentions = new SqlIntentions(parts.database());
        AllocationStore books = new SqlAllocationStore(parts.database(), IdWindow.DEFAULT);
        NodeArea nodes = new NodeArea(parts.leader(), intentions);
        return List.of(
                new HealthArea(parts.leadership(), parts.leader(), views, parts.health()),
                new SkuArea(views),
                new SkuPlanArea(parts.leader(), intentions),
                new RebalanceArea(parts.leader(), intentions, books, nodes),
                nodes);
    }
}
