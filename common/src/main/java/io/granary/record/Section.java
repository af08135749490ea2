// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import io.granary.model.PartitionId;

/** A part of a record: what one node says of one partition. */
public sealed interface Section {
    PartitionId partition();

    /** The epoch that speaks; of a fence, the lowest epoch that it does not end. */
    long epoch();

    /** A section that changes the partition's units and counts in the sequence of its (partition, epoch). */
    sealed interface Numbered extends Section {
        /** 1, 2, 3… within a (partition, epoch). */
        long seq();
    }

    /** Customers' units leave the partition. */
    record Deductions(PartitionId partition, long epoch, long seq, Entries entries) implements Numbered {
        /** The sum of the quantities, in units. */
        public long units() {
            long units = 0;
            for (int i = 0; i < entries.count(); i++) {
                units += entries.quantity(i);
            }
            return units;
        }
    }

    /**
     * The partition gives units back to the inventory.
     *
     * @param units how many, at least 1: this section's own, not a running total
     */
    record Return(PartitionId partition, long epoch, long seq, long units) implements Numbered {}

    /** Ends every epoch of the partition below {@code epoch} in this lane. */
    record Fence(PartitionId partition, long epoch) implements Section {}
}
