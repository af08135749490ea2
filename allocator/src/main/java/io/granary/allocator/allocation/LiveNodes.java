// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * The nodes that live, by their configured names, as the leader sees them at one moment.
 *
 * @param names all of them
 * @param ready those that can serve partitions, drained ones included
 * @param joining whether more may be ready in a moment: one has just come, or the leader has just begun to look
 */
public record LiveNodes(Set<String> names, Set<String> ready, boolean joining) {
    /** Nobody has looked; for what is not about nodes. */
    public static final LiveNodes UNSEEN = new LiveNodes(Set.of(), Set.of(), false);

    public LiveNodes {
        names = Set.copyOf(names);
        ready = Set.copyOf(ready);
    }

    /** Those that can be given partitions, in order. */
    public Set<String> takers(Collection<String> drained) {
        Set<String> takers = new TreeSet<>(ready);
        takers.removeAll(drained);
        return takers;
    }
}
