// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/**
 * The lane of a node.
 *
 * @param settled the offset of the first record of it that has not settled: what is before is in the books
 */
public record GivenLane(int lane, long settled) {}
