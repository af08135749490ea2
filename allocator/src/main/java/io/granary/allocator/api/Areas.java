// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.store.Database;
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
        return List.of(new HealthArea(parts.leadership(), parts.leader(), views, parts.health()), new SkuArea(views));
    }
}
