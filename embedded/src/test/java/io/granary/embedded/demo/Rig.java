// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import com.typesafe.config.Config;
import io.granary.backing.Patience;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.embedded.EmbeddedGranary;
import io.granary.embedded.EmbeddedSettings;
import io.granary.embedded.StockFeed;
import io.granary.registry.Routes;
import io.granary.service.Interruption;
import io.granary.service.Started;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All of Granary, running, for one sale or for a look at the parts. Closes everything. */
final class Rig implements AutoCloseable {
    private final Started started = new Started();
    private final EmbeddedSettings settings;
    private final EmbeddedGranary granary;
    private final StockFeed feed;
    private final Routes routes;
    private final GranaryClient client;

    Rig(Path data, int nodes, int allocators) throws IOException {
        try {
            Config config = Configuration.defaults();
            settings = EmbeddedSettings.of(config).withNodes(nodes).withAllocators(allocators);
            granary = started.add(EmbeddedGranary.start(config, settings, data));
            feed = started.add(granary.stockFeed());
            routes = started.add(granary.registry()).routes();
            client = started.add(granary.client());
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    EmbeddedGranary granary() {
        return granary;
    }

    StockFeed feed() {
        return feed;
    }

    Routes routes() {
        return routes;
    }

    GranaryClient client() {
        return client;
    }

    AuditDatabase books() {
        return new AuditDatabase(granary.database(), Patience.of(Duration.ofMinutes(1)));
    }

    static DemoOptions options(GeneratedSale sale, int callers, @Nullable Path orders) {
        return new DemoOptions(
                orders,
                OrderLines.Columns.DEFAULT,
                sale,
                80,
                callers,
                1_000,
                Duration.ofSeconds(10),
                Patience.of(Duration.ofMinutes(2)));
    }

    Report sell(DemoOptions options) throws Exception {
        return sell(options, shop -> shop);
    }

    /** Sells; the callers buy in what is made of the shop. */
    Report sell(DemoOptions options, UnaryOperator<Shop> made) throws Exception {
        Shop shop = new GranaryShop(client, feed, options.deadline());
        try (Interruption interruption = new Interruption()) {
            return new DemoRun(
                            Plan.of(options),
                            options,
                            made.apply(shop),
                            routes,
                            granary.database(),
                            interruption,
                            new PrintStream(PrintStream.nullOutputStream()))
                    .run(settings.nodes(), settings.allocators());
        }
    }

    @Override
    public void close() {
        started.close();
    }
}
