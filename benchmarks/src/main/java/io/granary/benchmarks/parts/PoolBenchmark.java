// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.node.pool.IdWindow;
import io.granary.node.pool.Pool;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What a node decides, for each request. */
@State(Scope.Thread)
public class PoolBenchmark {
    private static final long HUGE = 1L << 50;
    private static final int BATCH = 1_000;
    private static final int KNOWN = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(1);
    private final long[] ids = new SplittableRandom(2).longs(2L * KNOWN).toArray();
    private final Pool full = new Pool(HUGE, 0, 0, new IdWindow());
    private Pool empty = full;
    private int next;

    /** A new one for each iteration, or the heap would fill. */
    @Setup(Level.Iteration)
    public void empty() {
        empty = new Pool(HUGE, 0, 0, new IdWindow());
    }

    @Setup(Level.Trial)
    public void fill() {
        for (int i = 0; i < KNOWN; i++) {
            var unused = full.deduct(ids[2 * i], ids[2 * i + 1], 1);
        }
        full.confirm(full.seal(), KNOWN, 0);
    }

    /** Ids that are new, and are remembered: tables grow. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void accept(Blackhole sink) {
        for (int i = 0; i < BATCH; i++) {
            sink.consume(empty.deduct(random.nextLong(), random.nextLong(), 1));
        }
    }

    /** Ids that are known, of a million. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void retry(Blackhole sink) {
        for (int i = 0; i < BATCH; i++) {
            next = (next + 7_919) & (KNOWN - 1);
            sink.consume(full.deduct(ids[2 * next], ids[2 * next + 1], 1));
        }
    }
}
