// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.PartitionId;
import java.util.HashMap;
import java.util.Map;

/** What a node has open, from what it was told to open and what fences it has read. */
final class OpenHere {
    private final Map<PartitionId, Long> epochs = new HashMap<>();

    void told(PartitionId partition, long epoch) {
        epochs.merge(partition, epoch, Math::max);
    }

    /** Whether a fence ends something that is open here; it is not open from then on. */
    boolean ends(PartitionId partition, long fence) {
        Long epoch = epochs.get(partition);
        if (epoch == null || epoch >= fence) {
            // One that is not above the open epoch is the node's own, or older: nothing hangs on it.
            return epoch != null;
        }
        epochs.remove(partition);
        return true;
    }
}
