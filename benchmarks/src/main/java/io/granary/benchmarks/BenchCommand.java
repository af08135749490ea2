// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.race.Pace;
import io.granary.benchmarks.race.Profiler;
import io.granary.config.InvalidConfigurationException;
import io.granary.embedded.Folders;
import io.granary.service.ExitCode;
import io.granary.service.Interruption;
import io.granary.service.Logging;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/bench}. */
@Command(
        name = "bench",
        description =
                "Sells the same through Granary and its peers, in turn, and says how fast that is and what it costs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:everything was measured and all sums add up, whether the goals hold or not",
            "1:a unit was lost or sold twice, see the last lines",
            "2:arguments that can't be used",
            "3:something that is needed could not be started, or failed",
            "130:Ctrl-C"
        })
public final class BenchCommand implements Callable<Integer> {
    @Option(
            names = "--quick",
            description = "one round, shorter ones, fewer of them, and neither flat nor parts unless --only names them")
    private boolean quick;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "of ${COMPLETION-CANDIDATES}; may be given several times (default: all)")
    private List<Part> only = List.of();

    @Option(names = "--report", paramLabel = "FILE", description = "writes the figures as JSON")
    private @Nullable Path report;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "how often each is run, 1 to 100 (default: 3, quick: 1)")
    private @Nullable Integer rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "how long each run is measured, 0.1 to 600 (default: 1.5, quick: 1)")
    private @Nullable Double seconds;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            split = ",",
            description = "for the race only these numbers of requests in flight; more than 1024 are \"saturated\"")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--saturate",
            paramLabel = "N",
            defaultValue = "12000",
            description = "requests in flight that saturate Granary (default: ${DEFAULT-VALUE})")
    private int saturate;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "records each run with Flight Recorder, one file for each JVM: figures are worse then")
    private @Nullable Path profile;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "for data and logs, new or empty; kept (default: one in ~/.cache/granary, deleted)")
    private @Nullable Path data;

    public static void main(String[] arguments) {
        Logging.forwardJavaUtilLogging();
        System.exit(execute(arguments));
    }

    /** Returns with one of {@link ExitCode}. */
    static int execute(String... arguments) {
        return new CommandLine(new BenchCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(BenchCommand::failed)
                .execute(arguments);
    }

    private static int failed(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof IllegalArgumentException || failure instanceof InvalidConfigurationException) {
            err.println(failure.getMessage());
            return ExitCode.BAD_ARGUMENTS;
        }
        err.println("failed: " + failure);
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            err.println("  because of " + cause);
        }
        return failure instanceof InterruptedException ? ExitCode.INTERRUPTED : ExitCode.FAILED;
    }

    @Override
    public Integer call() throws Exception {
        Path folder = data == null
                ? Files.createTempDirectory(Files.createDirectories(Folders.cache()), "bench-")
                : Files.createDirectories(data);
        Logging.toFile(folder.resolve("bench.log"));
        try (Interruption interruption = new Interruption()) {
            Bench bench =
                    new Bench(options(folder), new Console(System.out), profile == null ? null : new Profiler(profile));
            int code = bench.run();
            if (report != null) {
                bench.report().writeTo(report);
            }
            return interruption.isRaised() ? ExitCode.INTERRUPTED : code;
        } finally {
            if (data == null) {
                Folders.delete(folder);
            }
        }
    }

    private BenchOptions options(Path folder) {
        int allRounds = rounds == null ? quick ? 1 : 3 : rounds;
        double each = seconds == null ? quick ? 1 : 1.5 : seconds;
        if (allRounds < 1 || allRounds > 100) {
            throw new IllegalArgumentException("--rounds: " + allRounds + " (expected: 1 to 100)");
        }
        if (!(each >= 0.1 && each <= 600)) {
            throw new IllegalArgumentException("--seconds: " + each + " (expected: 0.1 to 600)");
        }
        Set<Part> parts = only.isEmpty() ? Part.of(quick) : EnumSet.copyOf(only);
        return new BenchOptions(folder, quick, parts, new Pace(allRounds, each / 2, each), inFlight, saturate);
    }
}
