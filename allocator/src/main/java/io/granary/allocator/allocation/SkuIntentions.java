// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import org.jspecify.annotations.Nullable;

/**
 * What operators want of a SKU.
 *
 * @param frozen whether no unit of it is to be moved
 * @param rebalance the one that is open, by its key; null: none
 * @param slots how many partitions shall have units
 * @param plan how its units are given out
 */
public record SkuIntentions(boolean frozen, @Nullable Long rebalance, int slots, SkuPlan plan) {}
