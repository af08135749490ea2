// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

import io.granary.benchmarks.load.LoadResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What came of a heat, round by round: at least one. Not thread-safe. */
public final class Standing {
    private final Heat heat;
    private final List<LoadResult> rounds = new ArrayList<>();

    Standing(Heat heat) {
        this.heat = heat;
    }

    void add(LoadResult round) {
        rounds.add(round);
    }

    public Heat heat() {
        return heat;
    }

    public List<LoadResult> rounds() {
        return List.copyOf(rounds);
    }

    /** The median, as all that is not said to be something else. */
    public double perSecond() {
        return median(LoadResult::perSecond);
    }

    /** The rate of the slowest round. */
    public double slowest() {
        return rounds.stream().mapToDouble(LoadResult::perSecond).min().orElseThrow();
    }

    /** The rate of the fastest round. */
    public double fastest() {
        return rounds.stream().mapToDouble(LoadResult::perSecond).max().orElseThrow();
    }

    /** In µs. */
    public double p50() {
        return median(round -> round.latency().p50());
    }

    /** In µs. */
    public double p99() {
        return median(round -> round.latency().p99());
    }

    /** In µs; of all rounds. */
    public double max() {
        return rounds.stream().mapToDouble(round -> round.latency().max()).max().orElseThrow();
    }

    /** CPU time by process, in µs for each deduction. */
    public Map<String, Double> cpuMicros() {
        double deductions = rounds.stream().mapToLong(LoadResult::measured).sum();
        Map<String, Double> micros = new LinkedHashMap<>();
        for (LoadResult round : rounds) {
            round.cpuSeconds().forEach((process, seconds) -> micros.merge(process, seconds, Double::sum));
        }
        micros.replaceAll((process, seconds) -> deductions == 0 ? 0 : seconds * 1e6 / deductions);
        return micros;
    }

    /** How many processors other processes kept busy meanwhile; negative if unknown. */
    public double othersProcessors() {
        return median(round -> round.othersCpuSeconds() / round.seconds());
    }

    private double median(ToDoubleFunction<LoadResult> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
