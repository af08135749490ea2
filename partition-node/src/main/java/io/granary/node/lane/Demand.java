// SPDX-License-Identifier: Apache-2.0
package io.granary.node.lane;

/**
 * What is asked of a partition: its recent rate, as an exponential average, and the largest quantity it could not
 * serve. Decides how much it is granted, never whether a request is right.
 */
public final class Demand {
    /** The weight of the past after one second. */
    private static final double PAST = 0.5;

    private long unitsSince;
    private long sinceNanos;
    private boolean measuring;
    private double unitsPerSecond;
    private long wanted;
    private boolean wantsGrant;

    void served(long units) {
        unitsSince += units;
    }

    void refused(long quantity) {
        wanted = Math.max(wanted, quantity);
    }

    /** Brings the rate up to this moment. */
    void measure(long nowNanos) {
        if (!measuring) {
            measuring = true;
            sinceNanos = nowNanos;
            return;
        }
        double seconds = (nowNanos - sinceNanos) / 1e9;
        // Below this the rate of a few units would look like a flood.
        if (seconds >= 0.05) {
            double past = Math.pow(PAST, seconds);
            unitsPerSecond = unitsPerSecond * past + unitsSince / seconds * (1 - past);
            unitsSince = 0;
            sinceNanos = nowNanos;
        }
    }

    /** Units per second. */
    public double unitsPerSecond() {
        return unitsPerSecond;
    }

    /** The largest quantity that was refused for want of units since it was last reported; 0 if none was. */
    public long wanted() {
        return wanted;
    }

    public void forgetWanted() {
        wanted = 0;
    }

    public boolean wantsGrant() {
        return wantsGrant;
    }

    void wantsGrant(boolean wants) {
        wantsGrant = wants;
    }
}
