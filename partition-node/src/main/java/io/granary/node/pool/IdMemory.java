// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What the request ids of several windows take of the heap, in bytes, and when those windows have to turn so that it does
 * not become too much. Half of it is for ids since the last turn, as turning leaves these.
 *
 * <p>Counting is thread-safe; who turns the windows is one thread.
 */
public final class IdMemory {
    private final long limit;
    private final AtomicLong taken = new AtomicLong();
    /** What the last turn has left. */
    private long kept;

    /**
     * @param limit bytes
     */
    public IdMemory(long limit) {
        this.limit = limit;
    }

    /** For windows that nobody limits. */
    public static IdMemory unlimited() {
        return new IdMemory(Long.MAX_VALUE);
    }

    void take(long bytes) {
        taken.addAndGet(bytes);
    }

    /** What it may be, in bytes. */
    public long limit() {
        return limit;
    }

    /** What it is, in bytes. */
    public long taken() {
        return taken.get();
    }

    /** Whether the windows have to turn now. */
    public boolean isToTurn() {
        long now = taken.get();
        return now >= limit || now - kept >= limit / 2;
    }

    /** The windows have turned. */
    public void turned() {
        kept = taken.get();
    }
}
