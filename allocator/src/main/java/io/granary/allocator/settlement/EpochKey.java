// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import io.granary.model.PartitionId;

/** One ownership of a partition. */
public record EpochKey(PartitionId partition, long epoch) {
    @Override
    public String toString() {
        return partition + " epoch " + epoch;
    }
}
