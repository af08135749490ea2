// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import io.granary.config.Check;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the units of one SKU are given out, where that differs from the allocator's settings; null: as they say. Pure.
 *
 * <p>A ceiling holds back what would only be ready for buyers. What a buyer asks for and no partition has is granted all
 * the same, and so is the gathering of a tail: while there are units, whoever keeps asking gets them.
 *
 * @param firstUnits all slots together get so many when they get units for the first time; 1 or more
 * @param horizon a refill is enough for the partition's recent rate over this time; 10 ms to 1 h
 * @param lowWatermark a slot with fewer units than this is refilled; 1 or more
 * @param ceilingUnits the pool is filled up to so many units; 1 or more
 * @param ceilingPercent and up to this part of what can still be sold, rounded up; 1 to 100
 */
public record SkuPlan(
        @Nullable Long firstUnits,
        @Nullable Duration horizon,
        @Nullable Long lowWatermark,
        @Nullable Long ceilingUnits,
        @Nullable Integer ceilingPercent) {
    /** Everything as the settings say. */
    public static final SkuPlan NONE = new SkuPlan(null, null, null, null, null);

    private static final long MOST_UNITS = 1_000_000_000_000L;

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public SkuPlan {
        range("first-units", firstUnits);
        if (horizon != null) {
            Check.range("horizon", horizon, AllocationSettings.SHORTEST_HORIZON, AllocationSettings.LONGEST_HORIZON);
        }
        range("low-watermark", lowWatermark);
        range("ceiling-units", ceilingUnits);
        if (ceilingPercent != null) {
            Check.range("ceiling-percent", ceilingPercent, 1, 100);
        }
    }

    private static void range(String name, @Nullable Long units) {
        if (units != null) {
            Check.range(name, units, 1, MOST_UNITS);
        }
    }

    /** One line that says all of it; empty if it says nothing. */
    public String inWords() {
        List<String> words = new ArrayList<>();
        if (firstUnits != null) {
            words.add("first " + firstUnits + " units");
        }
        if (horizon != null) {
            words.add("horizon " + horizon.toMillis() + " ms");
        }
        if (lowWatermark != null) {
            words.add("low watermark " + lowWatermark + " units");
        }
        if (ceilingUnits != null) {
            words.add("ceiling " + ceilingUnits + " units");
        }
        if (ceilingPercent != null) {
            words.add("ceiling " + ceilingPercent + " %");
        }
        return String.join(", ", words);
    }

    /** Whether it says how fast units are to go out: then a SKU with one slot does not get everything at once. */
    boolean isPaced() {
        return firstUnits != null || horizon != null || lowWatermark != null;
    }

    /** The low watermark that nodes are told; 0: none. */
    public long watermark() {
        return lowWatermark == null ? 0 : lowWatermark;
    }

    /** How many units of the inventory may be made ready for buyers now: all of it, but for a ceiling. */
    public long room(long inventory, long pool, long actual) {
        long most = ceilingUnits == null ? Long.MAX_VALUE : ceilingUnits;
        if (ceilingPercent != null) {
            most = Math.min(most, percent(actual, ceilingPercent));
        }
        return Math.max(0, Math.min(inventory, most - pool));
    }

    /** Rounded up, so that the last unit is never held back; without overflow. */
    private static long percent(long units, int percent) {
        return units / 100 * percent + (units % 100 * percent + 99) / 100;
    }

    /** The first units of a slot, of which there are so many; every slot gets some. */
    long firstOf(int slot, int slots) {
        if (firstUnits == null) {
            throw new IllegalStateException("first-units: none (expected: some)");
        }
        return Math.max(1, firstUnits / slots + (slot < firstUnits % slots ? 1 : 0));
    }
}
