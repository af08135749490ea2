// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/**
 * A partition gets its next owner, if its epoch is still {@code fromEpoch} and the lane is still the node's.
 *
 * @param slot the partition's number within its SKU
 * @param fromEpoch the epoch that ends; 0 if it was never opened
 * @param node the incarnation of the new owner
 * @param lane the lane of the new owner
 */
public record Assignment(int slot, long fromEpoch, String node, int lane) {
    public long toEpoch() {
        return fromEpoch + 1;
    }
}
