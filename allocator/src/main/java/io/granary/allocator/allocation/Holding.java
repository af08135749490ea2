// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

/**
 * What the owner of an open partition reports of it at the present epoch.
 *
 * @param granted units, running total that it knows of
 * @param returned units, running total that the log has acknowledged
 * @param remaining units that it can still promise
 * @param unitsPerSecond recent demand
 * @param wantsGrant it is below its low watermark
 * @param wanted the largest quantity that it refused lately for want of units; 0 if none
 */
public record Holding(
        long granted, long returned, long remaining, double unitsPerSecond, boolean wantsGrant, long wanted) {}
