// SPDX-License-Identifier: Apache-2.0
package io.granary.registry;

/**
 * A SKU as it stands in {@code /skus/{sku}}.
 *
 * @param slots how many slots it has
 */
public record SkuEntry(SkuState state, int slots) {}
