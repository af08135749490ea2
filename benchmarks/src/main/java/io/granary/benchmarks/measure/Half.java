// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.race.Pace;
import io.granary.benchmarks.report.Figures;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Latency when requests come by the clock, at half the rate that saturates, beside bare sends of such records. */
public final class Half {
    private static final int MOST_IN_FLIGHT = 50_000;

    /** Of what is measured: as often each of two. */
    private static final double WARM_UP = 2;

    private Half() {}

    private static void warmUp(Granary granary, Run run, Console console)
            throws IOException, SQLException, InterruptedException {
        console.checked("half the saturated rate, warming up", granary.run(run).wrong());
    }

    /** @param saturatedPerSecond of which half is asked */
    public static void measure(
            GranaryCluster cluster, double saturatedPerSecond, Pace pace, Figures figures, Console console)
            throws Exception {
        Granary granary = Granary.hot(cluster);
        double rate = saturatedPerSecond / 2;
        List<Double> p50 = new ArrayList<>();
        List<Double> p99 = new ArrayList<>();
        List<Double> reached = new ArrayList<>();
        List<Double> sendP50 = new ArrayList<>();
        List<Double> sendP99 = new ArrayList<>();
        double bytes = 0;
        try (BareSend send = new BareSend(cluster.backing())) {
            // Callers that come one by one take other ways through the client than those who were answered together.
            warmUp(granary, Run.open(rate / 2, MOST_IN_FLIGHT, 0, WARM_UP * pace.seconds()), console);
            warmUp(granary, Run.open(rate, MOST_IN_FLIGHT, 0, WARM_UP * pace.seconds()), console);
            for (int round = 0; round < pace.rounds(); round++) {
                Contender.Outcome outcome =
                        granary.run(Run.open(rate, MOST_IN_FLIGHT, 2 * pace.warmUp(), pace.seconds()));
                console.checked("half the saturated rate", outcome.wrong());
                p50.add(outcome.load().latency().p50());
                p99.add(outcome.load().latency().p99());
                reached.add(outcome.load().perSecond());
                bytes = granary.records().bytesEach();
                BareSend.Latency bare = send.measure(Math.max(1, (int) bytes), pace.seconds());
                sendP50.add(bare.p50());
                sendP99.add(bare.p99());
                console.say(
                        "open loop, %,.0f/s asked, %,.0f/s done: p50 %,.0f us, p99 %,.0f us;"
                                + " bare sends of %,.0f bytes: p50 %,.0f us, p99 %,.0f us",
                        rate,
                        outcome.load().perSecond(),
                        outcome.load().latency().p50(),
                        outcome.load().latency().p99(),
                        bytes,
                        bare.p50(),
                        bare.p99());
            }
        }
        figures.add("half.asked.per.second", "half the saturated rate, asked by the clock", rate, "/s");
        figures.add("half.done.per.second", "of that, done", Medians.of(reached), "/s");
        figures.add("half.p50.micros", "half the saturated rate: p50 from the intended start", Medians.of(p50), "us");
        figures.add("half.p99.micros", "half the saturated rate: p99 from the intended start", Medians.of(p99), "us");
        figures.add("half.record.bytes", "half the saturated rate: a record", bytes, "bytes");
        figures.add("half.send.p50.micros", "bare synchronous send of such records, p50", Medians.of(sendP50), "us");
        figures.add("half.send.p99.micros", "bare synchronous send of such records, p99", Medians.of(sendP99), "us");
    }
}
