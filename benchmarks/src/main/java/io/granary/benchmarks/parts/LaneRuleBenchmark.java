// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.record.LaneRule;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Whether a section counts, for each section of so many partitions in turn. */
@State(Scope.Thread)
public class LaneRuleBenchmark {
    private static final int BATCH = 1_024;

    @Param({"1", "64", "1000"})
    int partitions;

    private PartitionId[] ids = {};
    private LaneRule rule = new LaneRule();
    private long count;

    @Setup(Level.Iteration)
    public void begin() {
        ids = IntStream.range(0, partitions)
                .mapToObj(i -> new PartitionId(new Sku("SKU-" + i), 0))
                .toArray(PartitionId[]::new);
        rule = new LaneRule();
        count = 0;
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void judge(Blackhole sink) {
        for (int i = 0; i < BATCH; i++) {
            long seq = 1 + count / partitions;
            sink.consume(rule.judge(ids[(int) (count % partitions)], 1, seq));
            count++;
        }
    }
}
