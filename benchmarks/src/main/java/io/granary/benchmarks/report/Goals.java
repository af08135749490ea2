// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.report;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.race.Heat;
import io.granary.benchmarks.race.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Judges what was measured by what is wanted. Ratios, as rates say more about the machine. */
public final class Goals {
    private final Map<String, Standing> standings;
    private final Figures figures;
    private final List<Goal> goals = new ArrayList<>();

    private Goals(Map<String, Standing> standings, Figures figures) {
        this.standings = standings;
        this.figures = figures;
    }

    /** All goals, in the order in which they were set. */
    public static List<Goal> of(Map<String, Standing> standings, Figures figures) {
        Goals judged = new Goals(standings, figures);
        judged.rates();
        judged.latency();
        judged.settlement();
        judged.flatCost();
        judged.memory();
        judged.control();
        return judged.goals;
    }

    private void rates() {
        peers("64", 1.5);
        peers("256", 2);
        peers("1024", 3);
        peers(Heat.SATURATED, 12);
        Standing saturated = standings.get(Granary.NAME + "/" + Heat.SATURATED);
        if (saturated == null) {
            notMeasured("saturated.p50", "saturated: p50 under 20 ms");
        } else {
            double millis = saturated.p50() / 1e3;
            judge("saturated.p50", "saturated: p50 under 20 ms", millis < 20, "%.1f ms", millis);
        }
    }

    private void peers(String load, double factor) {
        String name = load.equals(Heat.SATURATED) ? load : load + " in flight";
        String goal = "%s: at least %s x the best durable peer".formatted(name, Table.figure(factor));
        String key = "rate." + load;
        Standing ours = standings.get(Granary.NAME + "/" + load);
        Optional<Standing> best = bestDurablePeer(standings, load);
        if (ours == null || best.isEmpty()) {
            notMeasured(key, goal);
            if (!load.equals(Heat.SATURATED)) {
                notMeasured(key + ".p99", name + ": p99 no worse than that peer's");
            }
            return;
        }
        Standing peer = best.get();
        double ratio = ours.perSecond() / peer.perSecond();
        judge(
                key,
                goal,
                ratio >= factor,
                "%.2f x %s (%,.0f/s to %,.0f/s)",
                ratio,
                peer.heat().contender().name(),
                ours.perSecond(),
                peer.perSecond());
        if (!load.equals(Heat.SATURATED)) {
            judge(
                    key + ".p99",
                    name + ": p99 no worse than that peer's",
                    ours.p99() <= peer.p99(),
                    "%,.0f us to %,.0f us",
                    ours.p99(),
                    peer.p99());
        }
    }

    /** The fastest of those that promise as much as Granary. */
    public static Optional<Standing> bestDurablePeer(Map<String, Standing> standings, String load) {
        return standings.values().stream()
                .filter(one -> one.heat().load().equals(load))
                .filter(one -> !one.heat().contender().name().startsWith(Granary.NAME))
                .filter(one -> one.heat().contender().promise() == Contender.Promise.DURABLE)
                .max(Comparator.comparingDouble(Standing::perSecond));
    }

    private void latency() {
        ratio(
                "half.p99",
                "p99 at half the saturated rate: at most 5 x that of a bare send of the same size",
                "half.p99.micros",
                "half.send.p99.micros",
                0,
                5,
                "us");
        Standing one = standings.get(Granary.NAME + "/1");
        String goal = "one caller: median within 1.3 x of a bare send and a loopback round trip";
        OptionalDouble send = figures.get("bare.send.small.p50.micros");
        OptionalDouble loopback = figures.get("bare.loopback.p50.micros");
        if (one == null || send.isEmpty() || loopback.isEmpty()) {
            notMeasured("one.p50", goal);
        } else {
            double bare = send.getAsDouble() + loopback.getAsDouble();
            judge(
                    "one.p50",
                    goal,
                    one.p50() <= 1.3 * bare,
                    "%.2f x (%,.0f us to %,.0f us)",
                    one.p50() / bare,
                    one.p50(),
                    bare);
        }
    }

    private void settlement() {
        atLeast("settlement.rate", "settlement: at least 100,000 ledger rows/s", "settlement.rows.per.second", 100_000);
        ratio(
                "settlement.bulk",
                "settlement: at least half the rate of the fastest bulk load",
                "settlement.rows.per.second",
                "settlement.bulk.rows.per.second",
                0.5,
                Double.POSITIVE_INFINITY,
                "rows/s");
        ratio(
                "settlement.toll",
                "deductions with settlement running: at least 0.6 x the rate without",
                "settlement.with.per.second",
                "settlement.without.per.second",
                0.6,
                Double.POSITIVE_INFINITY,
                "/s");
    }

    private void flatCost() {
        flat("64.partitions", "64 partitions");
        flat("1000.skus", "1,000 SKUs");
        flat("2.nodes", "2 nodes");
        flat("4.nodes", "4 nodes");
    }

    private void flat(String key, String name) {
        ratio(
                "flat." + key,
                name + ": CPU time of a deduction within 1.3 x of one partition",
                "flat." + key + ".cpu.micros",
                "flat.one.cpu.micros",
                0,
                1.3,
                "us");
    }

    private void memory() {
        atMost("memory.id", "at most 48 bytes for each remembered request id", "memory.bytes.per.id", 48, "bytes");
        atMost("memory.node", "10,000,000 ids in one node under 1 GiB of heap", "memory.node.heap.mib", 1_024, "MiB");
        atMost(
                "memory.allocation",
                "no allocation for an entry on the hot path, but to remember its id",
                "memory.garbage.bytes.per.entry",
                1,
                "bytes of garbage for each entry");
        atMost("memory.pause", "no pause over 20 ms from growing tables", "memory.growth.pause.millis", 20, "ms");
    }

    private void control() {
        atMost(
                "control.open",
                "10,000 SKUs x 4 partitions opened and registered in under 60 s",
                "control.open.seconds",
                60,
                "s");
        atMost("control.reconcile", "the reconcile loop over them under 1 s", "control.reconcile.seconds", 1, "s");
        atMost("control.route", "a client's route update after a takeover under 1 s", "control.route.seconds", 1, "s");
    }

    private void atLeast(String key, String goal, String figure, double least) {
        OptionalDouble value = figures.get(figure);
        if (value.isEmpty()) {
            notMeasured(key, goal);
        } else {
            judge(key, goal, value.getAsDouble() >= least, "%,.0f", value.getAsDouble());
        }
    }

    private void atMost(String key, String goal, String figure, double most, String unit) {
        OptionalDouble value = figures.get(figure);
        if (value.isEmpty()) {
            notMeasured(key, goal);
        } else {
            judge(key, goal, value.getAsDouble() <= most, "%s %s", Table.figure(value.getAsDouble()), unit);
        }
    }

    private void ratio(String key, String goal, String over, String under, double least, double most, String unit) {
        OptionalDouble a = figures.get(over);
        OptionalDouble b = figures.get(under);
        if (a.isEmpty() || b.isEmpty()) {
            notMeasured(key, goal);
            return;
        }
        double ratio = a.getAsDouble() / b.getAsDouble();
        judge(
                key,
                goal,
                ratio >= least && ratio <= most,
                "%.2f x (%s to %s %s)",
                ratio,
                Table.figure(a.getAsDouble()),
                Table.figure(b.getAsDouble()),
                unit);
    }

    private void judge(String key, String goal, boolean holds, String measured, Object... values) {
        goals.add(new Goal(
                key,
                goal,
                holds ? Goal.Verdict.HOLDS : Goal.Verdict.DOES_NOT_HOLD,
                String.format(Locale.ROOT, measured, values)));
    }

    private void notMeasured(String key, String goal) {
        goals.add(new Goal(key, goal, Goal.Verdict.NOT_MEASURED, ""));
    }
}
