// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

/**
 * A partition that has units and is served, as it stands in the name of {@code /skus/{sku}/partitions/{slot}.{epoch}.{node}}.
 *
 * @param node the incarnation of the node that serves it
 */
public record PartitionEntry(int slot, long epoch, String node) {}
