// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

/**
 * How long the answers of a node take of late: the slowest of the last {@value #RECENT}. A mean would be too short for
 * every second answer, and one that remembers longer would still tell of an outage when it is over. No clock; not
 * thread-safe.
 */
final class AnswerTimes {
    private static final int RECENT = 16;

    private final long[] recent = new long[RECENT];
    private int next;
    private long slowest;

    /** A frame is answered, so long after it was sent. */
    void add(long nanos) {
        long forgotten = recent[next];
        recent[next] = nanos;
        next = (next + 1) % RECENT;
        if (nanos >= slowest) {
            slowest = nanos;
        } else if (forgotten == slowest) {
            slowest = 0;
            for (long known : recent) {
                slowest = Math.max(slowest, known);
            }
        }
    }

    /** In ns; 0 while nothing is known. */
    long slowest() {
        return slowest;
    }
}
