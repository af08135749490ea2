// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Virtual time: events happen in the order of their time, and of their making where that is equal. All chance comes from
 * one seeded source, so the same seed is the same run.
 */
final class Scheduler {
    private record Event(long nanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final RandomGenerator random;
    private long nowNanos;
    private long made;
    private long happened;
    private final Trace trace;

    Scheduler(long seed, Trace trace) {
        this.trace = trace;
        // An algorithm by name: the same on every JDK.
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    RandomGenerator random() {
        return random;
    }

    long nowNanos() {
        return nowNanos;
    }

    /** Events so far. */
    long happened() {
        return happened;
    }

    void after(Duration delay, Runnable action) {
        at(nowNanos + Math.max(0, delay.toNanos()), action);
    }

    void at(long nanos, Runnable action) {
        events.add(new Event(Math.max(nanos, nowNanos), made++, action));
    }

    /** Lets the next event happen, if there is one up to that time. */
    boolean step(long untilNanos) {
        Event next = events.peek();
        if (next == null || next.nanos() > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        events.remove();
        nowNanos = next.nanos();
        happened++;
        trace.event(next.nanos(), next.order());
        next.action().run();
        return true;
    }

    // ---- Chance

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    Duration micros(int least, int most) {
        return Duration.ofNanos(1_000L * between(least, most));
    }
}
