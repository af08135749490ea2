// SPDX-License-Identifier: Apache-2.0
package io.granary.example;

import com.typesafe.config.Config;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.log.Append;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.RegistrySettings;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The checkout of a shop: takes units for orders, and gives those of cancelled orders back. Thread-safe. */
final class Checkout implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(3);

    private final GranaryClient granary;
    private final Topic updates;

    Checkout(Path configuration, MeterRegistry metrics) {
        Config config = Configuration.load(configuration);
        granary = GranaryClient.connect(
                RegistrySettings.of(config), GrpcSettings.of(config), ClientSettings.of(config), metrics);
        updates = new RocketMqTopic(RocketMqLogSettings.stockUpdates(config));
    }

    /** Whether the order has its units. Blocks nobody, however many orders are under way. */
    CompletableFuture<Boolean> take(String sku, String order, int units) {
        return take(sku, order, units, 5);
    }

    private CompletableFuture<Boolean> take(String sku, String order, int units, int attempts) {
        if (attempts == 0) {
            // Nobody knows. This reverses the deduction, also if it turns up later: the order has no units for certain.
            return cancel(sku, order).thenApply(stored -> false);
        }
        return granary.deduct(sku, order, units, DEADLINE).thenComposeAsync(result -> switch (result.outcome()) {
            case DEDUCTED -> CompletableFuture.completedFuture(true);
            case NO_SUCH_SKU, SOLD_OUT, INSUFFICIENT, CONFLICT -> CompletableFuture.completedFuture(false);
            // With the same order number nothing is deducted twice.
            case UNKNOWN, UNAVAILABLE, THROTTLED -> take(sku, order, units, attempts - 1);
        });
    }

    /** Whether it is stored for good that the order is cancelled; if not, ask again: it is done once. */
    CompletableFuture<Boolean> cancel(String sku, String order) {
        StockUpdate release =
                new StockUpdate("cancel-" + order, StockUpdate.Kind.RELEASE, new Sku(sku), RequestId.of(order));
        return new StockUpdatePublisher(updates).publish(release).thenApply(append -> append instanceof Append.Stored);
    }

    @Override
    public void close() {
        granary.close();
        updates.close();
    }
}
