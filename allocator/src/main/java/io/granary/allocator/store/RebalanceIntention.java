// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.schedule.RebalanceWish;
import io.granary.model.Sku;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/** Writes the intention of a rebalance, as an operator's would be, in somebody's transaction. Thread-safe. */
@FunctionalInterface
public interface RebalanceIntention {
    /**
     * Returns one line that says what was begun, and names it.
     *
     * @param sku null if it is about a node
     * @param by for its record
     * @throws IllegalArgumentException if it can't be meant; IllegalStateException if the state of things does not
     *     allow it
     */
    String begin(SqlSession session, RebalanceWish wish, @Nullable Sku sku, Operator by);
}
