// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.LiveNodes;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a leader sees at one moment, for showing.
 *
 * @param nodes the live nodes, ordered by incarnation
 * @param joining whether more may be ready in a moment: one has just come, or the term has just begun
 * @param behind live nodes and allocators that can't read the records which nodes write
 * @param failing SKUs that are set aside as looks at them fail, and why
 * @param failures partitions that their owners could not take over, with why; the first ones
 */
public record LeaderLook(
        long term,
        List<NodeLook> nodes,
        boolean joining,
        List<String> behind,
        Map<Sku, String> failing,
        List<String> failures) {
    public LeaderLook {
        nodes = List.copyOf(nodes);
        behind = List.copyOf(behind);
        failing = Map.copyOf(failing);
        failures = List.copyOf(failures);
    }

    /** The same by configured names. */
    public LiveNodes live() {
        Set<String> names = new HashSet<>();
        Set<String> ready = new HashSet<>();
        for (NodeLook node : nodes) {
            names.add(node.name());
            if (node.ready()) {
                ready.add(node.name());
            }
        }
        return new LiveNodes(names, ready, joining);
    }

    /**
     * A live node.
     *
     * @param lane that it appends to; -1 if it is not ready
     * @param ready whether it can serve partitions
     * @param drained whether operators want that it gets none, and loses those that it has
     * @param outOfReachSince since when it is not heard, by the leader's clock; null if it is, or was lately
     * @param partitions how many the books said that it owns, at the last sweep
     */
    public record NodeLook(
            String incarnation,
            String address,
            int lane,
            boolean ready,
            boolean drained,
            @Nullable Instant outOfReachSince,
            int partitions) {
        /** Its configured name. */
        public String name() {
            return NodeEntry.nameOf(incarnation);
        }

        /** Whether it can be given partitions. */
        public boolean takes() {
            return ready && !drained;
        }
    }
}
