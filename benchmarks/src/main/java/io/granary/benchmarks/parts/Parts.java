// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.parts;

import io.granary.benchmarks.report.Figures;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs all benchmarks of this package, each in a JVM of its own. */
public final class Parts {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private Parts() {}

    /**
     * @param seconds of each iteration
     * @param iterations that are measured; as many come before
     * @param log where JMH tells what it does
     * @throws IllegalStateException if a benchmark can't be run
     */
    public static void measure(double seconds, int iterations, Path log, Figures figures) {
        TimeValue time = TimeValue.milliseconds((long) (seconds * 1e3));
        var options = new OptionsBuilder()
                .include(Parts.class.getPackageName().replace(".", "\\.") + "\\..*Benchmark")
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(1)
                .warmupIterations(iterations)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                .jvmArgsAppend("-Xms2g", "-Xmx2g", "-XX:+UseParallelGC")
                .addProfiler(GCProfiler.class)
                .output(log.toString())
                .build();
        for (RunResult result : run(options)) {
            String name = name(result);
            String key = "parts." + name.toLowerCase(Locale.ROOT).replace(' ', '.');
            figures.add(
                    key + ".nanos",
                    "JMH " + name + ", each",
                    result.getPrimaryResult().getScore(),
                    "ns");
            Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
            if (allocation != null) {
                figures.add(key + ".bytes", "JMH " + name + ", allocated for each", allocation.getScore(), "bytes");
            }
        }
    }

    private static Collection<RunResult> run(Options options) {
        try {
            return new Runner(options).run();
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH can't run the benchmarks", e);
        }
    }

    /** Such as {@code Client call 64}. */
    private static String name(RunResult result) {
        String benchmark = result.getParams().getBenchmark();
        String method = benchmark.substring(benchmark.lastIndexOf('.') + 1);
        String type = benchmark.substring(0, benchmark.lastIndexOf('.'));
        String of = type.substring(type.lastIndexOf('.') + 1).replace("Benchmark", "");
        String parameters = result.getParams().getParamsKeys().stream()
                .map(key -> " " + result.getParams().getParam(key))
                .collect(Collectors.joining());
        return of + " " + method + parameters;
    }
}
