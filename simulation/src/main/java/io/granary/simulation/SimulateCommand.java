// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs seeds; exit code 0 if all pass, 1 if one fails, 2 for bad arguments. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Runs the whole protocol under a seeded scheduler with faults, and checks that nothing is lost,"
                + " oversold or left over. The same seed is the same run.")
final class SimulateCommand implements Callable<Integer> {
    @Option(names = "--seeds", defaultValue = "1000", description = "How many seeds (default: ${DEFAULT-VALUE}).")
    private long seeds;

    @Option(names = "--seed", description = "Runs this seed alone, and prints its trace.")
    private @Nullable Long seed;

    @Option(names = "--first", defaultValue = "1", description = "The first seed (default: ${DEFAULT-VALUE}).")
    private long first;

    @Option(names = "--report", description = "Writes the result as JSON.")
    private @Nullable Path report;

    public static void main(String[] args) {
        System.exit(new CommandLine(new SimulateCommand()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<Simulation.Result> failed = seed == null ? runAll() : runOne(seed);
        failed.sort(java.util.Comparator.comparingLong(Simulation.Result::seed));
        for (Simulation.Result result : failed.subList(0, Math.min(failed.size(), 20))) {
            System.out.println("seed " + result.seed() + ": " + result.failure());
        }
        if (report != null) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("seeds", seed == null ? seeds : 1);
            json.put("first", seed == null ? first : seed);
            json.put("events", events.sum());
            json.put("failedSeeds", failed.stream().map(Simulation.Result::seed).toList());
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(report.toFile(), json);
        }
        System.out.println(
                (seed == null ? seeds - failed.size() : 1 - failed.size()) + " passed, " + failed.size() + " failed");
        return failed.isEmpty() ? 0 : 1;
    }

    private final LongAdder events = new LongAdder();

    private List<Simulation.Result> runOne(long number) {
        Simulation.Result result = Simulation.run(number, new Planted());
        events.add(result.events());
        result.trace().forEach(System.out::println);
        return result.passed() ? new ArrayList<>() : new ArrayList<>(List.of(result));
    }

    private List<Simulation.Result> runAll() {
        ConcurrentLinkedQueue<Simulation.Result> failed = new ConcurrentLinkedQueue<>();
        try (ProgressBar bar = new ProgressBar("seeds", seeds)) {
            LongStream.range(first, first + seeds).parallel().forEach(number -> {
                Simulation.Result result = Simulation.run(number, new Planted());
                events.add(result.events());
                if (!result.passed()) {
                    failed.add(result);
                }
                bar.step();
            });
        }
        return new ArrayList<>(failed);
    }
}
