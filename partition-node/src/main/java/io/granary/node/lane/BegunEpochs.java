// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

import io.granary.model.PartitionId;
import java.util.HashMap;
import java.util.Map;

/**
 * The epochs that were begun here: an epoch is opened once, or its seq would start again. Kept for the life of the
 * incarnation, one number for each partition that it ever held. Not thread-safe.
 */
public class BegunEpochs {
    private final Map<PartitionId, Long> highest = new HashMap<>();

    /** The highest epoch that was begun; 0 if none was. */
    public long highest(PartitionId partition) {
        return highest.getOrDefault(partition, 0L);
    }

    public void begin(PartitionId partition, long epoch) {
        highest.merge(partition, epoch, Math::max);
    }
}
