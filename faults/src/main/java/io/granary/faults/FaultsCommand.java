// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.backing.BackingServiceException;
import io.granary.config.Check;
import io.granary.embedded.Folders;
import io.granary.service.ExitCode;
import io.granary.service.Interruption;
import io.granary.service.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/faults}. */
@Command(
        name = "faults",
        description = {
            "Kills, pauses and cuts off real processes while buyers buy, and then audits what is left.",
            "The same seed and session time-out give the same faults in the same order."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:everything that must hold does",
            "1:something does not, see the last lines",
            "2:arguments that can't be used",
            "3:something that is needed could not be started, or failed",
            "130:Ctrl-C"
        })
public final class FaultsCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(FaultsCommand.class);

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "2",
            description = "how long faults happen, 1 to 1380 (default: ${DEFAULT-VALUE})")
    private int minutes;

    @Option(
            names = "--scenario",
            paramLabel = "WHAT",
            converter = Scenario.Converter.class,
            description =
                    "instead of many faults a service is away once, without other buyers than those at a fixed rate,"
                            + " and without operators: zookeeper-away, broker-away, database-away")
    private @Nullable Scenario scenario;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "how long it is away, 1 to 3600 (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--sales-bounds",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "fails if sales during faults are over their bounds, as by default; reported they are always")
    private boolean salesBounds = true;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "of the faults (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--report", paramLabel = "FILE", description = "writes what was done and found as JSON")
    private @Nullable Path report;

    @Option(
            names = "--takeover",
            paramLabel = "N",
            defaultValue = "1000",
            description = "partitions on the node whose takeover is timed after the faults; 0 for none"
                    + " (default: ${DEFAULT-VALUE})")
    private int takeover;

    @Option(
            names = "--session-timeout",
            paramLabel = "MILLIS",
            defaultValue = "4000",
            description = "of the services in ZooKeeper, 1000 to 60000 (default: ${DEFAULT-VALUE})")
    private int sessionMillis;

    @Option(
            names = "--buyers",
            paramLabel = "N",
            defaultValue = "48",
            description = "at a time (default: ${DEFAULT-VALUE})")
    private int buyers;

    @Option(
            names = "--operators",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "operators rebalance units, drain nodes and freeze SKUs meanwhile, as by default")
    private boolean operators = true;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "for data and logs, new or empty (default: one in ~/.cache/granary)")
    private @Nullable Path data;

    @Option(names = "--keep", description = "keeps the data folder")
    private boolean keep;

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        Logging.forwardJavaUtilLogging();
        System.exit(execute(arguments));
    }

    /** Runs the command; returns with one of {@link ExitCode}. */
    static int execute(String... arguments) {
        return new CommandLine(new FaultsCommand())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr()
                            .println(failure instanceof IllegalArgumentException ? failure.getMessage() : failure);
                    return failure instanceof IllegalArgumentException ? ExitCode.BAD_ARGUMENTS : ExitCode.FAILED;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        FaultsOptions options = options();
        Path folder = folder();
        int code = ExitCode.FAILED;
        try (Interruption interruption = new Interruption()) {
            try {
                Logging.toFile(folder.resolve("faults.log"));
                code = run(options, folder, interruption);
                return code;
            } finally {
                if (keep || code == ExitCode.FAILED || code == ExitCode.DOES_NOT_HOLD) {
                    out.println("Data, logs and the journal are in " + folder);
                } else {
                    Folders.delete(folder);
                }
            }
        }
    }

    private FaultsOptions options() {
        boolean isScenario = scenario != null;
        return new FaultsOptions(
                isScenario
                        ? Duration.ofSeconds(Check.range("seconds", seconds, 1, 3_600))
                        : Duration.ofMinutes(minutes),
                seed,
                Duration.ofMillis(sessionMillis),
                isScenario ? 0 : takeover,
                buyers,
                operators && !isScenario,
                salesBounds,
                scenario);
    }

    private Path folder() throws IOException {
        if (data == null) {
            return Files.createTempDirectory(Files.createDirectories(Folders.cache()), "faults-");
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

    private int run(FaultsOptions options, Path folder, Interruption interruption) throws IOException {
        try {
            FaultsReport result = new FaultsRun(options, folder, out).run();
            if (report != null) {
                result.write(report);
            }
            out.println();
            out.print(result.toText());
            return result.passed() ? ExitCode.OK : ExitCode.DOES_NOT_HOLD;
        } catch (BackingServiceException | FaultsRun.NotDoneException | SQLException e) {
            LOG.error("The fault test failed", e);
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
