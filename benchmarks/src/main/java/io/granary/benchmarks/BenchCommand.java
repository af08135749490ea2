// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.report.Summary;
import io.granary.benchmarks.report.Table;
import io.granary.embedded.ExitCode;
import io.granary.embedded.Folders;
import io.granary.embedded.Logging;
import io.granary.embedded.Started;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/bench}. */
@Command(
        name = "bench",
        description = "Sells through everything, as fast as it goes, and says what it costs.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nEnds with:%n",
        exitCodeList = {
            "0:everything was measured, and all sums add up",
            "1:a unit was lost or sold twice, see the last lines",
            "2:arguments that can't be used",
            "3:something that is needed could not be started, or failed",
            "130:Ctrl-C"
        })
public final class BenchCommand implements Callable<Integer> {
    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often each run is done (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "3",
            description = "how long each run is measured (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "1",
            description = "how long each run goes before it is measured; the first one three times as long"
                    + " (default: ${DEFAULT-VALUE})")
    private double warmUp;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16,64,256,1024,8192,16384",
            description = "requests in flight, one run for each (default: ${DEFAULT-VALUE})")
    private List<Integer> inFlight = List.of();

    @Option(
            names = "--node-heap",
            paramLabel = "MIB",
            defaultValue = "2048",
            description = "heap of a node (default: ${DEFAULT-VALUE})")
    private int nodeHeap;

    @Option(names = "--report", paramLabel = "FILE", description = "writes the figures as JSON")
    private @Nullable Path report;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "records each run with Flight Recorder, one file for each process: figures are worse then")
    private @Nullable Path profile;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "for data and logs, new or empty (default: one in ~/.cache/granary)")
    private @Nullable Path data;

    private final PrintStream out = System.out;

    public static void main(String[] arguments) {
        Logging.forwardJavaUtilLogging();
        System.exit(new CommandLine(new BenchCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = data == null
                ? Files.createTempDirectory(Files.createDirectories(Folders.cache()), "bench-")
                : Files.createDirectories(data);
        Logging.toFile(folder.resolve("bench.log"));
        Profiler profiler = profile == null ? null : new Profiler(profile);
        Map<Integer, List<LoadResult>> results = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        try (Started started = new Started()) {
            say("Starting ZooKeeper, RocketMQ, MariaDB, an allocator, a node and callers");
            Granary granary = started.add(new Granary(new GranaryCluster(folder.resolve("granary"), nodeHeap)));
            say("Warming up");
            wrong.addAll(granary.run(new Contender.Run(8_192, 0, 3 * warmUp, 1)).wrong());
            for (int round = 1; round <= rounds; round++) {
                for (int callers : inFlight) {
                    if (profiler != null) {
                        profiler.begin(granary.processes());
                    }
                    Contender.Outcome outcome = granary.run(new Contender.Run(callers, 0, warmUp, seconds));
                    if (profiler != null) {
                        profiler.end(granary.processes(), "granary-" + callers + "-" + round);
                    }
                    wrong.addAll(outcome.wrong());
                    LoadResult load = outcome.load();
                    results.computeIfAbsent(callers, unused -> new ArrayList<>())
                            .add(load);
                    say(
                            "round %d: granary, %,d in flight: %,.0f/s, p50 %,.0f us, p99 %,.0f us;"
                                    + " %,d rows settled afterwards, %,.0f/s",
                            round,
                            callers,
                            load.perSecond(),
                            load.latency().p50(),
                            load.latency().p99(),
                            granary.settledRows(),
                            granary.settledPerSecond());
                }
            }
        }
        print(results);
        if (report != null) {
            new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValue(report.toFile(), Map.of("granary", results));
        }
        wrong.forEach(line -> out.println("WRONG: " + line));
        if (data == null) {
            Folders.delete(folder);
        }
        return wrong.isEmpty() ? ExitCode.OK : ExitCode.DOES_NOT_HOLD;
    }

    private void print(Map<Integer, List<LoadResult>> results) {
        Table table = new Table(
                "in flight", "per second", "slowest", "fastest", "p50 us", "p99 us", "max us", "CPU us each", "others");
        results.forEach((callers, rounds) -> {
            Summary summary = new Summary(rounds);
            StringBuilder cpu = new StringBuilder();
            summary.cpuMicros()
                    .forEach((process, micros) -> cpu.append(process)
                            .append(' ')
                            .append(Table.figure(micros))
                            .append("  "));
            table.add(List.of(
                    "granary " + callers,
                    Table.figure(summary.perSecond()),
                    Table.figure(summary.slowest()),
                    Table.figure(summary.fastest()),
                    Table.figure(summary.p50()),
                    Table.figure(summary.p99()),
                    Table.figure(summary.max()),
                    cpu.toString().strip(),
                    Table.figure(summary.othersProcessors())));
        });
        out.println(table);
    }

    private void say(String text, Object... values) {
        out.println(String.format(Locale.ROOT, text, values));
    }
}
