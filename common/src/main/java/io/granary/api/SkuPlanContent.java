// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import org.jspecify.annotations.Nullable;

/**
 * The plan of a SKU: where it differs from the allocators' settings.
 *
 * @param firstUnits all slots together get so many when they get units for the first time; 1 or more
 * @param horizonMillis a refill is enough for the recent rate over this time; 10 to 3,600,000
 * @param lowWatermark a slot with fewer units is refilled; 1 or more
 * @param ceilingUnits the pool is filled up to so many units; 1 or more
 * @param ceilingPercent and up to this part of what can still be sold; 1 to 100
 */
public record SkuPlanContent(
        @Nullable Long firstUnits,
        @Nullable Long horizonMillis,
        @Nullable Long lowWatermark,
        @Nullable Long ceilingUnits,
        @Nullable Integer ceilingPercent) {}
