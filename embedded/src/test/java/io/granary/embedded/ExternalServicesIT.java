// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.granary.backing.BackingServices;
import io.granary.backing.MariaDbOptions;
import io.granary.backing.Patience;
import io.granary.backing.RocketMqOptions;
import io.granary.backing.ZooKeeperOptions;
import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.config.Configuration;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All in one on a ZooKeeper, a RocketMQ and a database that somebody else runs. */
class ExternalServicesIT {
    private static final Sku SKU = new Sku("ELSEWHERE");

    @TempDir
    private Path data;

    @Test
    void areUsedAndLeftRunning() throws Exception {
        Config defaults = Configuration.defaults();
        RocketMqOptions rocketMq = RocketMqOptions.defaults()
                .withTopic(defaults.getString("granary.log.stock-log-topic"), 4)
                .withTopic(defaults.getString("granary.log.stock-update-topic"), 1)
                .withTopic(defaults.getString("granary.log.dead-letter-topic"), 1);
        try (BackingServices elsewhere = BackingServices.at(data.resolve("elsewhere"))
                .zooKeeper(ZooKeeperOptions.defaults())
                .rocketMq(rocketMq)
                .mariaDb(MariaDbOptions.defaults())
                .start()) {
            Config config = ConfigFactory.parseMap(ImmutableMap.<String, Object>builder()
                            .put("granary.embedded.start.zookeeper", false)
                            .put("granary.embedded.start.rocketmq", false)
                            .put("granary.embedded.start.mariadb", false)
                            .put("granary.registry.connect", elsewhere.zooKeeperConnectString())
                            .put("granary.log.name-server", elsewhere.nameServerAddress())
                            .put("granary.database.url", elsewhere.database().url())
                            .put("granary.database.user", elsewhere.database().user())
                            .put(
                                    "granary.database.password",
                                    elsewhere.database().password())
                            .build())
                    .withFallback(defaults);

            sellFrom(config, "first start", 4);
            // What the first start knew is all there, so there is nothing to restock.
            sellFrom(config, "second start", 0);
        }
    }

    private void sellFrom(Config config, String start, int restock) throws Exception {
        try (EmbeddedGranary granary = EmbeddedGranary.start(config, EmbeddedSettings.of(config), data.resolve(start));
                StockFeed feed = granary.stockFeed();
                GranaryClient client = granary.client()) {
            assertThat(granary.backing().processes()).isEmpty();
            if (restock > 0) {
                Restocked.with(feed, "stock", SKU, restock);
            }
            await().atMost(Patience.of(Duration.ofMinutes(1)))
                    .untilAsserted(
                            () -> assertThat(client.deductAndWait(SKU, RequestId.of(start), 2, Duration.ofSeconds(5))
                                            .outcome())
                                    .isEqualTo(Outcome.DEDUCTED));
        }
    }
}
