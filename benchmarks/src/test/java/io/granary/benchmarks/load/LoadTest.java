// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(3);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** A shop in memory that keeps its promises, unless it forgets what it has sold. */
    private static final class MemoryShop implements Shop {
        private record Id(long high, long low) {}

        private final Executor executor;
        private final Set<Id> sold = new HashSet<>();
        private final boolean forgets;
        private long stock;
        private final AtomicInteger underWay = new AtomicInteger();
        private final AtomicInteger mostUnderWay = new AtomicInteger();

        MemoryShop(Executor executor, long stock, boolean forgets) {
            this.executor = executor;
            this.stock = stock;
            this.forgets = forgets;
        }

        @Override
        public void deduct(long high, long low, Caller caller) {
            mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            executor.execute(() -> {
                Told told = decide(new Id(high, low));
                underWay.decrementAndGet();
                caller.told(told);
            });
        }

        private synchronized Told decide(Id id) {
            if (sold.contains(id)) {
                return Told.DEDUCTED;
            }
            if (stock == 0) {
                return Told.REFUSED;
            }
            stock--;
            if (!forgets) {
                sold.add(id);
            }
            return Told.DEDUCTED;
        }

        @Override
        public void close() {}
    }

    private LoadResult run(MemoryShop shop, Run run) throws Exception {
        return new Load(
                        new LoadSpec(
                                "any",
                                List.of("product"),
                                run,
                                1,
                                Map.of("us", List.of(ProcessHandle.current().pid()))),
                        List.of(shop))
                .run();
    }

    @Test
    void callersBuyUntilNothingIsLeft() throws Exception {
        MemoryShop shop = new MemoryShop(threads, 1_000, false);

        LoadResult result = run(shop, Run.soldOut(1_000, 1_500, 16));

        assertThat(result.deducted()).isEqualTo(1_000);
        assertThat(result.refused()).isEqualTo(500);
        assertThat(result.unknown()).isZero();
        assertThat(shop.sold).hasSize(1_000);
        assertThat(shop.mostUnderWay.get()).isBetween(1, 16);
    }

    @Test
    void thoseWhoBoughtLastAskAgainAndHearTheSame() throws Exception {
        LoadResult result = run(new MemoryShop(threads, 1_000_000, false), Run.closed(8, 0, 0.05));

        assertThat(result.retried()).isEqualTo(8);
        assertThat(result.retriedOtherwise()).isZero();
        assertThat(result.measured()).isPositive().isLessThanOrEqualTo(result.deducted());
        assertThat(result.cpuSeconds()).containsOnlyKeys("us");
    }

    @Test
    void shopThatForgetsIsFoundOut() throws Exception {
        MemoryShop shop = new MemoryShop(threads, 100, true);

        LoadResult result = run(shop, Run.soldOut(100, 100, 1));

        assertThat(result.retried()).isEqualTo(1);
        assertThat(result.retriedOtherwise()).isEqualTo(1);
    }

    @Test
    void byTheClockNoMoreBeginThanIsAsked() throws Exception {
        MemoryShop shop = new MemoryShop(threads, 1_000_000, false);

        LoadResult result = run(shop, new Run(1_000_000, 4, 200, 0, 0.2, 20));

        assertThat(result.deducted()).isBetween(1L, 20L);
        assertThat(shop.mostUnderWay.get()).isBetween(1, 4);
        // One at least, and each is counted from when it should have begun.
        assertThat(result.latency().max()).isPositive();
    }
}
