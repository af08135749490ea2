// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * How the units of a SKU are given out. What is null is as the allocators' settings say.
 *
 * @param slots how many partitions have units
 * @param frozen no unit is moved
 * @param rebalance the one that is open; null: none
 * @param plan what differs from the settings
 */
public record SkuPlanView(
        String sku, int slots, boolean frozen, @Nullable Long rebalance, SkuPlanContent plan) {}
