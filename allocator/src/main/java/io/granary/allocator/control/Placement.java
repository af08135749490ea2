// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses owners: the slots of a SKU are spread over the nodes, and the nodes get about the same number of partitions.
 * Not thread-safe.
 */
final class Placement {
    private Map<String, Integer> partitions = new HashMap<>();

    /** Starts anew from what the books say: how many partitions each node owns. */
    void reset(Map<String, Integer> partitionsByNode) {
        partitions = new HashMap<>(partitionsByNode);
    }

    /** How many partitions each of these nodes owns. */
    Map<String, Integer> owned(Collection<String> nodes) {
        Map<String, Integer> owned = new TreeMap<>();
        nodes.forEach(node -> owned.put(node, partitions.getOrDefault(node, 0)));
        return owned;
    }

    /**
     * The node for the next partition; it counts as its own from now on.
     *
     * @param nodes that can take one; those that are avoided are taken only if there are no others
     * @param ofSku how many partitions of the same SKU each node owns already
     */
    @Nullable
    String choose(Collection<String> nodes, Map<String, Integer> ofSku, @Nullable String avoid) {
        String best = null;
        for (String node : nodes) {
            if (best == null || isBetter(node, best, ofSku, avoid)) {
                best = node;
            }
        }
        if (best != null) {
            partitions.merge(best, 1, Integer::sum);
        }
        return best;
    }

    private boolean isBetter(String node, String best, Map<String, Integer> ofSku, @Nullable String avoid) {
        if (node.equals(avoid) != best.equals(avoid)) {
            return best.equals(avoid);
        }
        int spread = Integer.compare(ofSku.getOrDefault(node, 0), ofSku.getOrDefault(best, 0));
        int load = Integer.compare(partitions.getOrDefault(node, 0), partitions.getOrDefault(best, 0));
        return spread != 0 ? spread < 0 : load != 0 ? load < 0 : node.compareTo(best) < 0;
    }
}
