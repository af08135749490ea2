// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * What each step's caller was told, and when: all that the audit believes of the callers' side. A step is written by
 * one thread at a time; read it when all have ended. Times are ns on one monotonic clock.
 */
final class Journal {
    private final Told[] told;
    private final long[] began;
    private final long[] lastAsked;
    private final long[] ended;
    private final LongAdder ends = new LongAdder();
    private final LongAdder repeats = new LongAdder();
    private final LongAdder acknowledgedUnits = new LongAdder();

    Journal(int steps) {
        this.told = new Told[steps];
        Arrays.fill(told, Told.NOTHING);
        this.began = new long[steps];
        this.lastAsked = new long[steps];
        this.ended = new long[steps];
    }

    void begin(int step, long nanos) {
        began[step] = nanos;
        lastAsked[step] = nanos;
    }

    void askAgain(int step, long nanos) {
        lastAsked[step] = nanos;
        repeats.increment();
    }

    void end(int step, long nanos, Told what) {
        ended[step] = nanos;
        told[step] = what;
        ends.increment();
    }

    /** Counts units for {@link #acknowledgedUnits}. */
    void acknowledge(long units) {
        acknowledgedUnits.add(units);
    }

    Told told(int step) {
        return told[step];
    }

    long began(int step) {
        return began[step];
    }

    /** When the last of the step's calls began. */
    long lastAsked(int step) {
        return lastAsked[step];
    }

    long ended(int step) {
        return ended[step];
    }

    /** How many steps have ended so far. Thread-safe. */
    long ends() {
        return ends.sum();
    }

    /** How many calls were made again, as the first answer settled nothing. Thread-safe. */
    long repeats() {
        return repeats.sum();
    }

    /** The units acknowledged so far, about: for showing how far settlement is behind. Thread-safe. */
    long acknowledgedUnits() {
        return acknowledgedUnits.sum();
    }
}
