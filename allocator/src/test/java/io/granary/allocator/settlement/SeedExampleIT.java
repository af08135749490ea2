// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.record;
import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.AllocatorSettings;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.Books.SkuFigures;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlSettlementStore;
import io.granary.backing.BackingServices;
import io.granary.backing.SharedBacking;
import io.granary.concurrent.ThreadLoop;
import io.granary.config.Configuration;
import io.granary.log.Append;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Invariants 1 and 2 of docs/correctness.md, "The argument", in figures: through a real lane into the real database. */
final class SeedExampleIT {
    private static final SettlementSettings SETTINGS =
            AllocatorSettings.of(Configuration.defaults()).settlement();
    private static final Sku SKU = new Sku("seed");
    private static final PartitionId PARTITION = new PartitionId(SKU, 0);

    @Test
    void unitsMoveFromTheInventoryToThePoolAndAreSold() {
        BackingServices services = SharedBacking.services();
        String topic = "seed-" + ProcessHandle.current().pid();
        services.broker().createTopic(topic, 2);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try (Books books = Books.open();
                RocketMqStockLog log =
                        new RocketMqStockLog(RocketMqLogSettings.of(services.nameServerAddress(), topic));
                ThreadLoop loop = ThreadLoop.start("settlement")) {
            SqlSettlementStore store =
                    new SqlSettlementStore(books.database().transactions(), executor, SETTINGS.idWindow());
            Settlement settlement = new Settlement(
                    "a1", loop, log, store, SETTINGS, new MeterScope(new SimpleMeterRegistry()), touched -> {});
            settlement.setAllocators(List.of("a1"));

            books.addSku(SKU, 1, 10_000);
            books.own(PARTITION, 1, "node-1", 1);
            books.grant(PARTITION, 400);
            assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_600, 400, 10_000, 10_000, 0, 0));

            byte[] record = record().deductions(PARTITION, 1, 1, RequestId.of("a"), 10, RequestId.of("b"), 20)
                    .bytes();
            // Until it is confirmed, as a node does: copies count once.
            await().until(() -> log.append(1, record).join() instanceof Append.Stored);
            await().until(() -> books.figures(SKU).sold() == 30);
            assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_600, 370, 9_970, 10_000, 30, 0));

            books.grant(PARTITION, 100);
            assertThat(books.figures(SKU)).isEqualTo(new SkuFigures(9_500, 470, 9_970, 10_000, 30, 0));
            assertThat(new Reconcile(books.database()).check()).isEmpty();
            CompletableFuture<Void> stopped = settlement.stop();
            stopped.join();
        } finally {
            executor.shutdown();
        }
    }
}
