// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.LiveNodes;
import io.granary.registry.NodeEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a leader sees at one moment, for showing.
 *
 * @param nodes the live nodes, ordered by incarnation
 * @param joining whether more may be ready in a moment: one has just come, or the term has just begun
 * @param failures partitions that their owners could not take over, with why; the first ones
 */
public record LeaderLook(long term, List<NodeLook> nodes, boolean joining, List<String> failures) {
    public LeaderLook {
        nodes = List.copyOf(nodes);
        failures = List.copyOf(failures);
    }

    /** Where every partition could be opened. */
    public LeaderLook(long term, List<NodeLook> nodes, boolean joining) {
        this(term, nodes, joining, List.of());
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
     */
    public record NodeLook(String incarnation, String address, int lane, boolean ready, boolean drained) {
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
