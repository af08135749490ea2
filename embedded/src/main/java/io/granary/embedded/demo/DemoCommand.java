// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import com.typesafe.config.Config;
import io.granary.backing.BackingServiceException;
import io.granary.client.GranaryClient;
import io.granary.config.Configuration;
import io.granary.embedded.EmbeddedGranary;
import io.granary.embedded.EmbeddedSettings;
import io.granary.embedded.Folders;
import io.granary.embedded.StockFeed;
import io.granary.registry.Routes;
import io.granary.service.ExitCode;
import io.granary.service.Interruption;
import io.granary.service.Logging;
import io.granary.service.Started;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code granary demo}, which is {@code scripts/demo}. */
@Command(
        name = "demo",
        description = {
            "Sells through everything, on this machine, and proves that it went right.",
            "Without --orders it makes up a flash sale: one hot SKU, 40 others, 300,000 requests, 2 %% of them sent twice."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:everything that must hold does",
            "1:something does not, see the last lines",
            "2:arguments or order lines that can't be used",
            "3:something that is needed could not be started, or failed",
            "130:Ctrl-C"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Option(
            names = "--orders",
            paramLabel = "FILE",
            description =
                    "replays order lines, CSV, .gz or not: a positive quantity is asked for, a negative one comes back")
    private @Nullable Path orders;

    @Option(
            names = "--invoice-column",
            paramLabel = "NAME",
            defaultValue = "InvoiceNo",
            description = "default: ${DEFAULT-VALUE}")
    private String invoiceColumn = "";

    @Option(
            names = "--sku-column",
            paramLabel = "NAME",
            defaultValue = "StockCode",
            description = "default: ${DEFAULT-VALUE}")
    private String skuColumn = "";

    @Option(
            names = "--quantity-column",
            paramLabel = "NAME",
            defaultValue = "Quantity",
            description = "default: ${DEFAULT-VALUE}")
    private String quantityColumn = "";

    @Option(
            names = "--date-column",
            paramLabel = "NAME",
            defaultValue = "InvoiceDate",
            description = "default: ${DEFAULT-VALUE}")
    private String dateColumn = "";

    @Option(
            names = "--stock",
            paramLabel = "PERCENT",
            defaultValue = "80",
            description = "of what is asked of it, a SKU starts with so much, 1 to 1000 (default: ${DEFAULT-VALUE});"
                    + " the generated hot SKU has half of it")
    private int stock;

    @Option(
            names = "--callers",
            paramLabel = "N",
            description = "customers at a time, 1 to 60000 (default: 16000, with --orders 1000)")
    private @Nullable Integer callers;

    @Option(names = "--nodes", paramLabel = "N", description = "partition nodes (default: 2)")
    private @Nullable Integer nodes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "of the generated sale (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "300000",
            description = "of the generated sale (default: ${DEFAULT-VALUE}); the hot SKU has a third as many units")
    private int requests;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description =
                    "requests for SKUs of their own before the measured part, so that the JVM has compiled what it runs;"
                            + " checked like the others, counted apart (default: 3000000, with --orders 10000)")
    private @Nullable Integer warmUp;

    @Option(names = "--report", paramLabel = "FILE", description = "writes the figures as JSON")
    private @Nullable Path report;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "HOCON; README.md says where the settings are described")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "for data and logs, new or empty (default: one in ~/.cache/granary)")
    private @Nullable Path data;

    @Option(names = "--keep", description = "keeps the data folder")
    private boolean keep;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws Exception {
        DemoOptions options = options();
        Config settings = config == null ? Configuration.defaults() : Configuration.load(config);
        EmbeddedSettings embedded = Configuration.read(settings, "granary.embedded", EmbeddedSettings::of);
        if (nodes != null) {
            embedded = embedded.withNodes(nodes);
        }
        Plan plan = plan(options);
        Path folder = folder();
        boolean kept = keep;
        try (Interruption interruption = new Interruption()) {
            int code = ExitCode.FAILED;
            try {
                Logging.toFile(folder.resolve("granary.log"));
                code = run(plan, options, settings, embedded, folder, interruption);
                return code;
            } finally {
                kept |= code == ExitCode.FAILED || code == ExitCode.DOES_NOT_HOLD;
                if (kept) {
                    out.println("Data and logs are in " + folder);
                } else {
                    Folders.delete(folder);
                }
            }
        }
    }

    private DemoOptions options() {
        boolean replays = orders != null;
        return new DemoOptions(
                orders,
                new OrderLines.Columns(invoiceColumn, skuColumn, quantityColumn, dateColumn),
                GeneratedSale.DEFAULT.withSeed(seed).withRequests(requests),
                stock,
                callers != null ? callers : replays ? 1_000 : 16_000,
                warmUp != null ? warmUp : replays ? 10_000 : 3_000_000,
                DEADLINE,
                PATIENCE);
    }

    private Plan plan(DemoOptions options) {
        try {
            if (options.orders() != null) {
                out.println("Reading " + options.orders());
            }
            return Plan.of(options);
        } catch (IOException | OrderLines.UnreadableException e) {
            throw new IllegalArgumentException("--orders " + options.orders() + ": " + e.getMessage(), e);
        }
    }

    private Path folder() throws IOException {
        if (data == null) {
            return Files.createTempDirectory(Files.createDirectories(Folders.cache()), "demo-");
        }
        if (Files.exists(data)) {
            try (var files = Files.list(data)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("--data: " + data + " (expected: a new or an empty folder)");
                }
            }
        }
        return Files.createDirectories(data);
    }

    private int run(
            Plan plan,
            DemoOptions options,
            Config settings,
            EmbeddedSettings embedded,
            Path folder,
            Interruption interruption)
            throws Exception {
        out.printf(
                Locale.ROOT,
                "Starting ZooKeeper, RocketMQ, MariaDB, %d allocator(s), %d partition node(s)%n",
                embedded.allocators(),
                embedded.nodes());
        try (Started started = new Started()) {
            EmbeddedGranary granary = started.add(EmbeddedGranary.start(settings, embedded, folder));
            StockFeed updates = started.add(granary.stockFeed());
            Routes routes = started.add(granary.registry()).routes();
            GranaryClient client = started.add(granary.client());
            DemoRun run = new DemoRun(
                    plan,
                    options,
                    new GranaryShop(client, updates, options.deadline()),
                    routes,
                    granary.database(),
                    interruption,
                    out);
            Report result = run.run(embedded.nodes(), embedded.allocators());
            if (report != null) {
                result.write(report);
            }
            out.println();
            out.print(result.toText());
            if (interruption.isRaised()) {
                return ExitCode.INTERRUPTED;
            }
            return result.passed() ? ExitCode.OK : ExitCode.DOES_NOT_HOLD;
        } catch (BackingServiceException | DemoRun.NotReadyException | SQLException e) {
            LOG.error("the demo failed", e);
            if (interruption.isRaised()) {
                return ExitCode.INTERRUPTED;
            }
            out.println("FAIL: " + e.getMessage());
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }
}
