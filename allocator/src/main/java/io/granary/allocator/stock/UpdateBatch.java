// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.stock;

import java.util.List;
import java.util.Map;

/**
 * Messages of one queue, one after the other.
 *
 * @param from the offset of the first
 * @param dead reasons by index: these are dead letters by now, whatever the books would say
 */
public record UpdateBatch(int queue, long from, List<ReadUpdate> updates, Map<Integer, String> dead) {
    public UpdateBatch {
        updates = List.copyOf(updates);
        dead = Map.copyOf(dead);
    }

    /** The offset after the last. */
    public long to() {
        return from + updates.size();
    }
}
