// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** How units went: their last points, and the rate of sales as an exponential average. Not thread-safe. */
final class Trend {
    /** The weight of the past after one second. */
    private static final double PAST = 0.4;
    /** Below this it is as good as nothing, units per second. */
    private static final double LEAST = 0.05;

    private record Point(long time, long inventory, long pool, long sold, double perSecond) {}

    private final int most;
    private final Deque<Point> points = new ArrayDeque<>();
    private boolean begun;
    private long time;
    private long sold;
    private double perSecond;

    /**
     * @param most points that are kept
     */
    Trend(int most) {
        this.most = most;
    }

    /** Brings the rate up to this moment, ms since 1970. */
    void measure(long now, long soldNow) {
        if (begun && now > time) {
            double seconds = (now - time) / 1e3;
            double past = Math.pow(PAST, seconds);
            double recent = Math.max(0, soldNow - sold) / seconds;
            perSecond = perSecond * past + recent * (1 - past);
            if (perSecond < LEAST) {
                perSecond = 0;
            }
        }
        begun = true;
        time = now;
        sold = soldNow;
    }

    /** Keeps a point of the moment that was measured. */
    void keep(long inventory, long pool) {
        if (points.size() == most) {
            points.removeFirst();
        }
        points.addLast(new Point(time, inventory, pool, sold, perSecond()));
    }

    /** Units per second, to a tenth. */
    double perSecond() {
        return Math.round(perSecond * 10) / 10.0;
    }

    /** Oldest first: [time, inventory, pool, sold, units per second]. */
    List<List<Object>> points() {
        List<List<Object>> all = new ArrayList<>(points.size());
        for (Point point : points) {
            all.add(List.of(point.time(), point.inventory(), point.pool(), point.sold(), point.perSecond()));
        }
        return all;
    }
}
