// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

/**
 * What a node holds, as the books say.
 *
 * @param node its incarnation
 * @param partitions that it owns
 * @param exhausted those of them without units
 * @param units of all of them
 * @param consumed units sold by all of them, by whoever owned them
 */
public record Holdings(String node, int partitions, int exhausted, long units, long consumed) {}
