// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

/**
 * A partition that is served, as it stands in the name of {@code /skus/{sku}/partitions/{slot}.{epoch}.{node}}, with an
 * {@code x} before it if it is exhausted.
 *
 * @param node the incarnation of the node that serves it
 * @param exhausted it has no units: it is to be asked only for what it may have deducted before
 */
public record PartitionEntry(int slot, long epoch, String node, boolean exhausted) {
    /** One that has units. */
    public PartitionEntry(int slot, long epoch, String node) {
        this(slot, epoch, node, false);
    }
}
