// SPDX-License-Identifier: Apache-2.0
package io.granary.model;

import java.util.Comparator;

/**
 * A share of the pool of one SKU, with exactly one owner at a time.
 *
 * @param slot the partition's number within its SKU, 0 to {@link #MAX_SLOTS} - 1
 */
public record PartitionId(Sku sku, int slot) implements Comparable<PartitionId> {
    public static final int MAX_SLOTS = 1_024;

    private static final Comparator<PartitionId> ORDER =
            Comparator.comparing(PartitionId::sku).thenComparingInt(PartitionId::slot);

    /**
     * @throws IllegalArgumentException if the slot is out of its range
     */
    public PartitionId {
        if (slot < 0 || slot >= MAX_SLOTS) {
            throw new IllegalArgumentException("slot: " + slot + " (expected: 0 to " + (MAX_SLOTS - 1) + ")");
        }
    }

    @Override
    public int compareTo(PartitionId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return sku.code() + "/" + slot;
    }
}
