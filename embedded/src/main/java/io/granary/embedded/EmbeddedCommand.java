// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.admin.Discovery;
import io.granary.config.Check;
import io.granary.config.Configuration;
import io.granary.model.Sku;
import io.granary.service.ExitCode;
import io.granary.service.Interruption;
import io.granary.service.Started;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code granary embedded}. */
@Command(
        name = "embedded",
        description = "Runs everything in one process, and what it needs beside it, until Ctrl-C.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EmbeddedCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "HOCON; README.md says where the settings are described")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where data and logs are kept; found again by the next start (default: ${DEFAULT-VALUE})",
            defaultValue = ".granary")
    private Path data = Path.of(".granary");

    @Option(names = "--nodes", paramLabel = "N", description = "partition nodes (default: granary.embedded.nodes)")
    private @Nullable Integer nodes;

    @Option(
            names = "--stock",
            paramLabel = "SKU=UNITS",
            description = "adds units of a SKU, each time anew; may be given several times")
    private Map<String, Integer> stock = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        Config settings = config == null ? Configuration.defaults() : Configuration.load(config);
        EmbeddedSettings embedded = Configuration.read(settings, "granary.embedded", EmbeddedSettings::of);
        if (nodes != null) {
            embedded = embedded.withNodes(nodes);
        }
        Map<Sku, Integer> units = new LinkedHashMap<>();
        stock.forEach((sku, count) -> units.put(new Sku(sku), Check.range("--stock", count, 1, Integer.MAX_VALUE)));
        try (Interruption interruption = new Interruption();
                Started started = new Started()) {
            System.out.println("Starting …");
            EmbeddedGranary granary = started.add(EmbeddedGranary.start(settings, embedded, data));
            started.add(Discovery.ofUser().announce(granary.apiAddress(), data));
            granary.describe(System.out);
            restock(granary, units);
            System.out.println("Runs until Ctrl-C.");
            interruption.react(() -> {});
            interruption.await();
            System.out.println("Closing …");
        }
        return ExitCode.OK;
    }

    private static void restock(EmbeddedGranary granary, Map<Sku, Integer> units) {
        if (units.isEmpty()) {
            return;
        }
        try (StockFeed updates = granary.stockFeed()) {
            units.forEach((sku, count) -> {
                String updateId = "embedded-" + System.currentTimeMillis() + "-" + sku;
                if (!updates.restock(updateId, sku, count).join()) {
                    throw new IllegalStateException("the stock of " + sku + " was not confirmed by RocketMQ");
                }
                System.out.println("stock: " + count + " units of " + sku + " are on their way");
            });
        }
    }
}
