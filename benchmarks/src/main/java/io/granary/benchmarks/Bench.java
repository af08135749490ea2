// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks;

import io.granary.benchmarks.contender.Contender;
import io.granary.benchmarks.contender.Granary;
import io.granary.benchmarks.contender.GranaryCluster;
import io.granary.benchmarks.contender.Peers;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.Run;
import io.granary.benchmarks.measure.BareMachine;
import io.granary.benchmarks.measure.BareSend;
import io.granary.benchmarks.measure.Control;
import io.granary.benchmarks.measure.Flat;
import io.granary.benchmarks.measure.Half;
import io.granary.benchmarks.measure.Ids;
import io.granary.benchmarks.measure.SettlementRates;
import io.granary.benchmarks.parts.Parts;
import io.granary.benchmarks.race.Console;
import io.granary.benchmarks.race.Heat;
import io.granary.benchmarks.race.Pace;
import io.granary.benchmarks.race.Profiler;
import io.granary.benchmarks.race.Race;
import io.granary.benchmarks.race.Standing;
import io.granary.benchmarks.report.Figures;
import io.granary.benchmarks.report.Machine;
import io.granary.benchmarks.report.Report;
import io.granary.record.Entries;
import io.granary.service.ExitCode;
import io.granary.service.Started;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All of a benchmark, once. Used by one thread. */
final class Bench {
    private static final Logger LOG = LoggerFactory.getLogger(Bench.class);
    private static final int NODE_HEAP_MIB = 3_072;
    /** More only makes their answers later. */
    private static final int PEERS_SATURATE = 8_192;
    /** A record with one deduction. */
    private static final int SMALL_RECORD_BYTES = 100;

    private final BenchOptions options;
    private final Console console;
    private final Machine machine = Machine.here();
    private final Race race;
    private final Figures figures = new Figures();
    private final List<String> skipped = new ArrayList<>();
    private @Nullable GranaryCluster cluster;
    private boolean failed;

    Bench(BenchOptions options, Console console, @Nullable Profiler profiler) {
        this.options = options;
        this.console = console;
        this.race = new Race(console, profiler);
    }

    /** Returns with one of {@link ExitCode}. */
    int run() throws InterruptedException {
        try (Started started = new Started()) {
            if (options.needsCluster()) {
                part("granary", () -> cluster = startGranary(started));
            }
            if (options.has(Part.BARE)) {
                // Before there are peers that may take processors: these are few and short.
                part("bare", this::bare);
            }
            try (Peers peers = new Peers()) {
                part("peers", () -> startPeers(peers));
                part("race", () -> race(peers));
            }
            if (cluster != null) {
                alone(cluster);
            }
        }
        if (options.has(Part.MEMORY)) {
            part("memory", this::memory);
        }
        if (options.has(Part.PARTS)) {
            part("parts", this::parts);
        }
        console.print("");
        console.print(report().toText());
        if (!console.wrong().isEmpty()) {
            return ExitCode.DOES_NOT_HOLD;
        }
        return failed ? ExitCode.FAILED : ExitCode.OK;
    }

    private interface Step {
        void run() throws Exception;
    }

    /** What fails here does not take what was measured before with it. */
    private void part(String name, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.error("{} failed", name, e);
            failed = true;
            skip(name + " failed: " + e);
        }
    }

    private void memory() throws IOException, InterruptedException {
        console.say("Filling a pool with 10,000,000 request ids");
        Ids.measure(options.folder(), figures);
    }

    private void parts() {
        console.say("Measuring the parts under JMH");
        Parts.measure(
                options.quick() ? 0.3 : 0.5,
                options.quick() ? 2 : 3,
                options.folder().resolve("jmh.log"),
                figures);
        garbage();
    }

    /** What is allocated for an entry where ids are known, and beyond its own bytes where it is written. */
    private void garbage() {
        OptionalDouble decided = figures.get("parts.pool.retry.bytes");
        OptionalDouble written = figures.get("parts.record.encode.bytes");
        if (decided.isPresent() && written.isPresent()) {
            figures.add(
                    "memory.garbage.bytes.per.entry",
                    "garbage for each entry: deciding, and writing beyond its own 20 bytes",
                    decided.getAsDouble() + Math.max(0, written.getAsDouble() - Entries.WIDTH),
                    "bytes");
        }
    }

    Report report() {
        return new Report(
                machine, race.standings(), figures, List.copyOf(skipped), console.checkedRuns(), console.wrong());
    }

    private GranaryCluster startGranary(Started started) throws IOException, SQLException, InterruptedException {
        console.say("Starting ZooKeeper, RocketMQ, MariaDB, an allocator, a node and callers");
        GranaryCluster cluster = started.add(new GranaryCluster(options.folder().resolve("granary"), NODE_HEAP_MIB));
        console.say("Warming up");
        warmUp(Granary.hot(cluster), options.quick() ? 14 : 30, 64);
        warmUp(Granary.hot(cluster), options.quick() ? 2 : 10, 1);
        warmUp(Granary.hot(cluster), options.quick() ? 1 : 3, 1_024, options.saturate());
        return cluster;
    }

    /**
     * Until the JVMs have compiled what they run: what is done once for each record is done a thousand times a second at
     * most, and so takes as many seconds, most of them with few callers. Unmeasured, but checked.
     */
    private void warmUp(Contender contender, double seconds, int... callers)
            throws IOException, SQLException, InterruptedException {
        for (int inFlight : callers) {
            check(contender, contender.run(Run.closed(inFlight, 0, seconds)));
        }
    }

    private void bare() throws Exception {
        console.say("Measuring what the machine can do");
        double seconds = options.pace().seconds();
        BareMachine.fsync(options.folder(), seconds, figures);
        BareMachine.loopback(seconds, figures);
        BareMachine.loop(figures);
        if (cluster != null) {
            try (BareSend send = new BareSend(cluster.backing())) {
                BareSend.Latency small = send.measure(SMALL_RECORD_BYTES, 2 * seconds);
                figures.add("bare.send.small.p50.micros", "bare synchronous send of 100 bytes, p50", small.p50(), "us");
                figures.add("bare.send.small.p99.micros", "bare synchronous send of 100 bytes, p99", small.p99(), "us");
            }
        }
    }

    /** What Granary does when nobody else does anything. */
    private void alone(GranaryCluster granary) throws InterruptedException {
        Pace pace = options.pace();
        if (options.has(Part.HALF)) {
            part("half", () -> Half.measure(granary, saturatedPerSecond(granary), pace, figures, console));
        }
        if (options.has(Part.SETTLEMENT)) {
            // Each settles some three million rows.
            Pace fewer = new Pace(Math.min(2, pace.rounds()), pace.warmUp(), pace.seconds());
            int bulkRows = options.quick() ? 200_000 : 500_000;
            part(
                    "settlement",
                    () -> SettlementRates.measure(granary, options.saturate(), bulkRows, fewer, figures, console));
        }
        if (options.has(Part.FLAT)) {
            part(
                    "flat",
                    () -> new Flat(granary, figures, console, pace.seconds(), options.saturate())
                            .measure(NODE_HEAP_MIB));
        }
        if (options.has(Part.CONTROL)) {
            Control control = new Control(granary, figures, console);
            part("takeover", () -> {
                var second = granary.startNode(NODE_HEAP_MIB);
                console.say("started %s", second.name());
                control.takeOver("TAKEOVER");
            });
            part("control", () -> control.open(options.quick() ? 1_000 : 10_000, 4, 1_000));
        }
    }

    private double saturatedPerSecond(GranaryCluster cluster) throws Exception {
        Standing raced = race.standings().get(Granary.NAME + "/" + Heat.SATURATED);
        if (raced != null) {
            return raced.perSecond();
        }
        Contender granary = Granary.hot(cluster);
        Contender.Outcome outcome = granary.run(Run.closed(
                options.saturate(), 2 * options.pace().seconds(), options.pace().seconds()));
        check(granary, outcome);
        return outcome.load().perSecond();
    }

    private void startPeers(Peers peers) throws IOException, InterruptedException, SQLException {
        if (options.has(Part.REDIS)) {
            console.say("Starting Redis three times, with callers");
            if (!peers.startRedis(options.folder())) {
                skip("Redis: no redis-server on this machine (expected: Debian's package redis-tools)");
            }
        }
        if (options.has(Part.MARIADB)) {
            console.say("Starting MariaDB, with callers");
            var unused = peers.startMariaDb(options.folder().resolve("mariadb"));
        }
        skip("TigerBeetle: neither a Debian package nor a Maven artifact brings its server");
    }

    private void skip(String what) {
        skipped.add(what);
        console.say("skipped: %s", what);
    }

    private void race(Peers peers) throws IOException, SQLException, InterruptedException {
        Contender granary = cluster == null || !options.has(Part.GRANARY) ? null : Granary.hot(cluster);
        List<Contender> all = new ArrayList<>(peers.all());
        if (granary != null) {
            all.add(0, granary);
        }
        for (Contender contender : all) {
            sellOut(contender);
        }
        for (int round = 1; round <= options.pace().rounds(); round++) {
            race.round("round " + round, heats(granary, peers, round == 1));
        }
    }

    private void check(Contender contender, Contender.Outcome outcome) {
        console.checked(contender.name() + ", warming up", outcome.wrong());
    }

    private void sellOut(Contender contender) throws IOException, SQLException, InterruptedException {
        LoadResult load = race.sellOut(contender);
        if (contender.name().equals(Peers.OVERSELLING)) {
            figures.add(
                    "oversold." + contender.name(),
                    contender.name() + ": units sold of " + Race.SOLD_OUT_STOCK,
                    (double) load.deducted(),
                    "units");
        }
    }

    /**
     * Those that can be asked hard are, the others once.
     *
     * @param all also those that decide no goal: they are much slower, or a crash forgets what they said
     */
    private List<Heat> heats(@Nullable Contender granary, Peers peers, boolean all) {
        Pace pace = options.pace();
        List<Heat> heats = new ArrayList<>();
        List<Integer> crowds = options.quick() ? List.of(1, 64, 256, 1_024) : List.of(1, 16, 64, 256, 1_024);
        for (int callers : crowds) {
            if (granary != null) {
                heats.add(Heat.of(granary, callers, pace));
            }
            peers.find("redis-always").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
            peers.find("mariadb-merged").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
            if (callers >= 64) {
                peers.find("redis-always-pipelined").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
            }
            if (all && callers == 64) {
                peers.all().stream()
                        .filter(peer -> peer.name().startsWith("mariadb-"))
                        .filter(peer -> !peer.name().equals("mariadb-merged"))
                        .filter(peer -> !peer.name().equals(Peers.OVERSELLING))
                        .forEach(peer -> heats.add(Heat.of(peer, callers, pace)));
            }
            if (all && (callers == 1_024 || !options.quick())) {
                peers.find("redis-everysec").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
                peers.find("redis-off").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
            }
            if (all && callers == 1_024 && !options.quick()) {
                peers.find("redis-everysec-pipelined").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
                peers.find("redis-off-pipelined").ifPresent(peer -> heats.add(Heat.of(peer, callers, pace)));
            }
        }
        if (granary != null) {
            heats.add(Heat.saturated(granary, options.saturate(), pace));
        }
        for (String name : List.of("redis-always-pipelined", "mariadb-merged")) {
            peers.find(name).ifPresent(peer -> heats.add(Heat.saturated(peer, PEERS_SATURATE, pace)));
        }
        Predicate<Heat> wanted = heat -> options.inFlight().isEmpty()
                || options.inFlight().contains(heat.run().inFlight())
                || (heat.load().equals(Heat.SATURATED)
                        && options.inFlight().stream().anyMatch(callers -> callers > 1_024));
        return heats.stream().filter(wanted).toList();
    }
}
