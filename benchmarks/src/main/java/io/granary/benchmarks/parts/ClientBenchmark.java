// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.client.ClientSettings;
import io.granary.client.DeductionResult;
import io.granary.client.GranaryClient;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the client library does for each call, from the call to the caller's answer: routing over so many slots, batching,
 * frames, bookkeeping; without a network. On one thread, with a node that deducts at once.
 */
@State(Scope.Thread)
public class ClientBenchmark {
    private static final int BATCH = 1_000;
    private static final Sku SKU = new Sku("HOT");
    private static final Duration DEADLINE = Duration.ofMinutes(1);
    private static final String NODE = "node";

    @Param({"1", "64"})
    int slots;

    private final SplittableRandom random = new SplittableRandom(1);
    private final StepLoop loop = new StepLoop();
    private GranaryClient client = start(1);
    private long deducted;

    private GranaryClient start(int slotCount) {
        List<PartitionEntry> partitions = IntStream.range(0, slotCount)
                .mapToObj(slot -> new PartitionEntry(slot, 1, NODE))
                .toList();
        return GranaryClient.on(
                loop,
                new FixedRoutes(NODE, new SkuView(SkuState.SELLING, slotCount, partitions)),
                new WillingNode(),
                ClientSettings.defaults(),
                new RequestId(1, 2),
                new SimpleMeterRegistry());
    }

    @Setup(Level.Trial)
    public void connect() {
        client = start(slots);
    }

    @TearDown(Level.Trial)
    public void close() {
        var unused = client.closeAsync();
        loop.run();
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long call() {
        for (int i = 0; i < BATCH; i++) {
            var unused = client.deduct(SKU, new RequestId(random.nextLong(), random.nextLong()), 1, DEADLINE)
                    .thenAccept(this::count);
        }
        loop.run();
        if (deducted % BATCH != 0) {
            throw new IllegalStateException("deducted: " + deducted + " (expected: all that was asked)");
        }
        return deducted;
    }

    private void count(DeductionResult result) {
        if (result.isDeducted()) {
            deducted++;
        }
    }
}
