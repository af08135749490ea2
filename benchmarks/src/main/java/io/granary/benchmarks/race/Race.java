// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.race;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.Run;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs heats, each once a round, so that whatever else the machine has to do hits all of them. Used by one thread. */
public final class Race {
    /** Units of the product that sells out. */
    public static final int SOLD_OUT_STOCK = 500;

    private static final int SOLD_OUT_REQUESTS = 750;
    private static final int SOLD_OUT_CALLERS = 64;

    private final Console console;
    private final @Nullable Profiler profiler;
    private final Map<String, Standing> standings = new LinkedHashMap<>();

    public Race(Console console, @Nullable Profiler profiler) {
        this.console = console;
        this.profiler = profiler;
    }

    /**
     * More callers want a unit than there are: nobody sells more than it has.
     *
     * @return what they were told
     */
    public LoadResult sellOut(Contender contender) throws IOException, SQLException, InterruptedException {
        Contender.Outcome outcome = contender.run(Run.soldOut(SOLD_OUT_STOCK, SOLD_OUT_REQUESTS, SOLD_OUT_CALLERS));
        LoadResult load = outcome.load();
        if (contender.promise() == Contender.Promise.NONE) {
            outcome.wrong().forEach(line -> console.say("%s, as expected: %s", contender.name(), line));
        } else {
            console.checked(contender.name() + ", selling out", outcome.wrong());
        }
        console.say(
                "%s: of %,d units for %,d requests %,d were sold",
                contender.name(), SOLD_OUT_STOCK, SOLD_OUT_REQUESTS, load.deducted());
        return load;
    }

    /** Runs all heats once. */
    public void round(String name, List<Heat> heats) throws IOException, SQLException, InterruptedException {
        for (Heat heat : heats) {
            run(name, heat);
        }
    }

    private void run(String round, Heat heat) throws IOException, SQLException, InterruptedException {
        Contender contender = heat.contender();
        if (profiler != null) {
            profiler.begin(contender.processes());
        }
        Contender.Outcome outcome = contender.run(heat.run());
        if (profiler != null) {
            profiler.end(contender.processes(), (heat.key() + "-" + round).replaceAll("[^A-Za-z0-9]", "-"));
        }
        console.checked(heat.key(), outcome.wrong());
        LoadResult load = outcome.load();
        standings.computeIfAbsent(heat.key(), key -> new Standing(heat)).add(load);
        console.say(
                "%s: %-36s %,10.0f/s   p50 %,8.0f us   p99 %,8.0f us%s",
                round,
                heat.key(),
                load.perSecond(),
                load.latency().p50(),
                load.latency().p99(),
                load.refused() + load.unknown() == 0
                        ? ""
                        : "   (%,d refused, %,d unknown)".formatted(load.refused(), load.unknown()));
    }

    /** What came of each heat, by its key, in order. */
    public Map<String, Standing> standings() {
        return standings;
    }
}
