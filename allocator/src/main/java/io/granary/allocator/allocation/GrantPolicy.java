// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import java.time.Duration;

/**
 * How many units to grant: guided self-scheduling. A partition gets enough for its recent rate over a horizon, at most
 * a fair share of what is left, at least a minimum, and everything if little would be left. Pure.
 */
public final class GrantPolicy {
    private static final double NANOS_PER_SECOND = 1e9;

    private final AllocationSettings settings;
    private final SkuPlan plan;

    public GrantPolicy(AllocationSettings settings) {
        this(settings, SkuPlan.NONE);
    }

    private GrantPolicy(AllocationSettings settings, SkuPlan plan) {
        this.settings = settings;
        this.plan = plan;
    }

    /** This policy as far as a SKU's own plan says nothing else. */
    GrantPolicy with(SkuPlan other) {
        return other.equals(plan) ? this : new GrantPolicy(settings, other);
    }

    /** Whether a slot gets everything at once: the only one, as nothing can be stranded there, unless planned otherwise. */
    boolean isAllAtOnce(int slots) {
        return slots == 1 && !plan.isPaced();
    }

    private Duration horizon() {
        Duration own = plan.horizon();
        return own == null ? settings.horizon() : own;
    }

    private Duration leastHorizon() {
        return settings.leastHorizon().compareTo(horizon()) < 0 ? settings.leastHorizon() : horizon();
    }

    /** How many slots a SKU with so many units received gets: small stock gets one, which can strand nothing. */
    public int slots(long received) {
        return (int) Math.max(1, Math.min(settings.mostSlots(), received / settings.unitsPerSlot()));
    }

    /** The fair share of an inventory: what one grant takes at most, unless that is very little. */
    public long share(long inventory, int slots) {
        return inventory / ((long) settings.fairness() * slots);
    }

    /**
     * The units to grant to one partition now.
     *
     * @param inventory units that no partition holds
     * @param slots of the SKU; with one slot nothing can be stranded, so it gets everything at once
     * @param share {@link #share} of the inventory before any grant of the same moment
     * @param unitsPerSecond its recent rate; 0: nobody knows yet, so it gets its share
     * @param remaining units that it has
     * @return 0 if there are none, else 1 to inventory
     */
    public long units(long inventory, int slots, long share, double unitsPerSecond, long remaining) {
        if (inventory <= 0 || isAllAtOnce(slots)) {
            return Math.max(0, inventory);
        }
        long least = Math.max(settings.leastUnits(), over(leastHorizon(), unitsPerSecond));
        least = Math.max(least, plan.watermark() - remaining);
        long demand = unitsPerSecond > 0 ? over(horizon(), unitsPerSecond) - remaining : share;
        long units = Math.max(least, Math.min(demand, share));
        return inventory - units < settings.leastUnits() ? inventory : units;
    }

    /** Whether so few units are left in all that gathering takes them all to one slot. */
    boolean isTail(long total, long need, int slots) {
        return total / 2 <= need || total <= settings.leastUnits() * slots;
    }

    private static long over(Duration time, double unitsPerSecond) {
        return (long) Math.ceil(unitsPerSecond * time.toNanos() / NANOS_PER_SECOND);
    }
}
