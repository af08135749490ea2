// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private static final int MOST_SHOWN = 5;

    @Option(names = "--seeds", description = "How many seeds (default: 1000; with --bugs 500, for each bug).")
    private @Nullable Long seeds;

    @Option(names = "--seed", description = "Runs this seed alone, and prints its trace.")
    private @Nullable Long seed;

    @Option(names = "--first", defaultValue = "1", description = "The first seed (default: ${DEFAULT-VALUE}).")
    private long first;

    @Option(
            names = "--bugs",
            description = "Plants each known bug in turn, and runs seeds until it is found; fails if one is not.")
    private boolean bugs;

    @Option(
            names = "--with",
            split = ",",
            paramLabel = "TROUBLE",
            converter = TroubleConverter.class,
            description = "Some runs have these troubles, too, which are not usual: they find what is not mended yet.")
    private Set<Trouble> with = Set.of();

    @Option(
            names = "--without",
            split = ",",
            paramLabel = "TROUBLE",
            converter = TroubleConverter.class,
            description = "No run has these troubles.")
    private Set<Trouble> without = Set.of();

    @Option(names = "--report", paramLabel = "FILE", description = "Writes the result as JSON.")
    private @Nullable Path report;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    private static CommandLine commandLine() {
        CommandLine command = new CommandLine(new SimulateCommand());
        command.getCommandSpec().usageMessage().footer(footer());
        return command;
    }

    private static String[] footer() {
        List<String> lines = new ArrayList<>(List.of("", "Troubles (* usual), each in some of the runs:"));
        for (Trouble trouble : Trouble.values()) {
            lines.add("%s %-24s %s"
                    .formatted(trouble.isUsual() ? "*" : " ", trouble.text(), trouble.what())
                    .replace("%", "%%"));
        }
        return lines.toArray(new String[0]);
    }

    private Plan plan(long number) {
        Set<Trouble> troubles = Trouble.usual();
        troubles.addAll(with);
        troubles.removeAll(without);
        return Plan.of(number, troubles);
    }

    @Override
    public Integer call() throws IOException {
        if (seeds != null && seeds < 1) {
            System.err.println("--seeds: " + seeds + " (expected: at least 1)");
            return CommandLine.ExitCode.USAGE;
        }
        if (seed != null && (bugs || seeds != null)) {
            System.err.println("--seed: " + seed + " (expected: neither --seeds nor --bugs with it)");
            return CommandLine.ExitCode.USAGE;
        }
        return bugs ? huntBugs() : simulate();
    }

    private int huntBugs() throws IOException {
        BugTable table = new BugTable(System.out);
        for (Bug bug : Bug.values()) {
            table.add(BugHunt.hunt(bug, seeds == null ? BugHunt.MOST_SEEDS : seeds));
        }
        write(table.json());
        return table.end() ? 0 : 1;
    }

    private int simulate() throws IOException {
        List<Simulation.Result> failed = seed == null ? runAll(seeds == null ? 1_000 : seeds) : runOne(seed);
        failed.sort(Comparator.comparingLong(Simulation.Result::seed));
        List<Map<String, Object>> failures = new ArrayList<>();
        for (Simulation.Result result : failed.subList(0, Math.min(failed.size(), MOST_SHOWN))) {
            failures.add(shorten(result));
        }
        long count = seed == null ? seeds == null ? 1_000 : seeds : 1;
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seeds", count);
        json.put("first", seed == null ? first : seed);
        json.put("events", events.sum());
        json.put("failedSeeds", failed.stream().map(Simulation.Result::seed).toList());
        json.put("failures", failures);
        write(json);
        System.out.println(count - failed.size() + " passed, " + failed.size() + " failed");
        return failed.isEmpty() ? 0 : 1;
    }

    private void write(Map<String, Object> json) throws IOException {
        if (report != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(report.toFile(), json);
        }
    }

    /** Prints the shortest run that fails like this one. */
    private static Map<String, Object> shorten(Simulation.Result failed) {
        Simulation.Result shortest = Shortening.of(failed, Planted::new);
        Plan plan = shortest.plan();
        List<String> trace = Simulation.run(plan, new Planted(), true).trace();
        System.out.println();
        System.out.println("seed " + failed.seed() + ", as short as it could be made: " + describe(plan) + " (of "
                + describe(failed.plan()) + ")");
        trace.forEach(System.out::println);
        System.out.println();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("seed", failed.seed());
        json.put("failure", failed.failure());
        json.put("plan", plan.toString());
        json.put("trace", trace);
        return json;
    }

    private static String describe(Plan plan) {
        return plan.mishaps() + " mishaps, " + plan.purchases() + " purchases, "
                + plan.faults().fewer().size() + " kinds of faults";
    }

    private final LongAdder events = new LongAdder();

    private List<Simulation.Result> runOne(long number) {
        Simulation.Result result = Simulation.run(plan(number), new Planted());
        events.add(result.events());
        result.trace().forEach(System.out::println);
        System.out.println(result.events() + " events, hash " + result.hash());
        if (!result.passed()) {
            System.out.println("seed " + number + ": " + result.failure());
        }
        return result.passed() ? new ArrayList<>() : new ArrayList<>(List.of(result));
    }

    private List<Simulation.Result> runAll(long count) {
        ConcurrentLinkedQueue<Simulation.Result> failed = new ConcurrentLinkedQueue<>();
        // A log is no place for a bar; the launcher says what the error output is, as Java can't tell.
        boolean terminal = Boolean.getBoolean("granary.terminal");
        try (ProgressBar bar = terminal ? new ProgressBar("seeds", count) : null) {
            LongStream.range(first, first + count).parallel().forEach(number -> {
                Simulation.Result result = Simulation.run(plan(number), new Planted());
                events.add(result.events());
                if (!result.passed()) {
                    failed.add(result);
                    // At once: a long run may be ended before its end.
                    System.out.println("seed " + number + ": " + result.failure());
                }
                if (bar != null) {
                    bar.step();
                }
            });
        }
        return new ArrayList<>(failed);
    }
}
