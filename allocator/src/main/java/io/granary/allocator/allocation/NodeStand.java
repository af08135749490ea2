// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a node stands among the others.
 *
 * @param node its configured name
 * @param owned how many partitions its incarnations own, by the books
 * @param drained the nodes that are drained, itself or not
 * @param drain the drain of it that is open, by its key; null: none
 */
public record NodeStand(
        String node,
        int owned,
        Set<String> drained,
        @Nullable Long drain,
        LiveNodes live) {
    public NodeStand {
        drained = Set.copyOf(drained);
    }

    /** The other nodes that can be given partitions, in order. */
    public Set<String> others() {
        Set<String> others = live.takers(drained);
        others.remove(node);
        return others;
    }
}
