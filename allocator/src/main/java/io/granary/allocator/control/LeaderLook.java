// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import java.util.List;

/**
 * What a leader sees at one moment, for showing.
 *
 * @param nodes the live nodes, ordered by incarnation
 */
public record LeaderLook(long term, List<NodeLook> nodes) {
    public LeaderLook {
        nodes = List.copyOf(nodes);
    }

    /**
     * A live node.
     *
     * @param lane that it appends to; -1 if it is not ready
     * @param ready whether it can serve partitions
     * @param drained whether operators want that it gets none, and loses those that it has
     */
    public record NodeLook(String incarnation, String address, int lane, boolean ready, boolean drained) {}
}
