// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.process.Memory;
import io.granary.benchmarks.process.Requests;
import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import java.util.SplittableRandom;

/** A process with one partition's pool, so that nothing else is in its heap. */
public final class MemoryMain {
    /** The request that has a {@link Filling} and is answered with a {@link Filled}. */
    public static final String FILL = "fill";

    /** How many pools are filled, one after the other. */
    static final int TRIES = 2;

    private static final long HUGE = 1L << 50;

    private MemoryMain() {}

    /** @param ids how many deductions the pool shall remember */
    public record Filling(long ids) {}

    /**
     * @param bytes of heap that they take
     * @param heapMib all of the heap that is used
     * @param longestNanos the longest deduction, of the try in which that was shortest
     */
    public record Filled(long bytes, double heapMib, long longestNanos) {}

    public static void main(String[] arguments) throws Exception {
        new Requests()
                .on(FILL, Filling.class, filling -> {
                    // What grows pauses every time; what else the machine does hits now this one and now that.
                    long longest = Long.MAX_VALUE;
                    for (int i = 0; i < TRIES - 1; i++) {
                        longest = Math.min(longest, fill(new Pool(HUGE, 0, 0, new IdWindow()), filling.ids()));
                    }
                    Memory before = Memory.now();
                    Pool pool = new Pool(HUGE, 0, 0, new IdWindow());
                    longest = Math.min(longest, fill(pool, filling.ids()));
                    Memory after = Memory.now();
                    if (pool.rememberedIds() != filling.ids()) {
                        throw new IllegalStateException(
                                "ids: " + pool.rememberedIds() + " (expected: " + filling.ids() + ")");
                    }
                    return new Filled(
                            after.liveHeapBytes() - before.liveHeapBytes(), after.liveHeapBytes() / 1048576.0, longest);
                })
                .answerAll();
    }

    /** The longest that one took, in ns. */
    private static long fill(Pool pool, long ids) {
        SplittableRandom random = new SplittableRandom(ids);
        long longest = 0;
        long before = System.nanoTime();
        for (long i = 0; i < ids; i++) {
            Pool.Decision decision = pool.deduct(random.nextLong(), random.nextLong(), 1);
            if (decision != Pool.Decision.ACCEPTED) {
                throw new IllegalStateException("decision: " + decision + " (expected: ACCEPTED)");
            }
            long now = System.nanoTime();
            longest = Math.max(longest, now - before);
            before = now;
        }
        return longest;
    }
}
