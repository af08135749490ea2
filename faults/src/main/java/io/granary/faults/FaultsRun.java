// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.embedded.demo.AuditDatabase;
import io.granary.embedded.demo.Progress;
import io.granary.faults.FaultPlan.Scene;
import io.granary.faults.FaultPlan.Step;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import io.granary.registry.Routes;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * One fault test, from the start of the processes to the audit: faults and buyers at the same time, then no more faults,
 * then everything is bought, then the books are judged. Used by one thread.
 */
final class FaultsRun {
    /** It could not be done: that says nothing about what holds. */
    static final class NotDoneException extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        NotDoneException(String message, Throwable cause) {
            super(message, cause);
        }

        NotDoneException(String message) {
            super(message);
        }
    }

    private static final int SKUS = 40;
    private static final int HOT_PERCENT = 35;
    private static final int HOT_UNITS = 5_000;
    private static final int HOT_SLOTS = 8;
    private static final int UNITS = 300;
    /** SKUs with enough stock for all who come at a fixed rate. */
    private static final int PLENTY = 6;

    private static final int STEADY_PER_SECOND = 60;
    private static final int SCENARIO_PLENTY = 4;
    private static final int SCENARIO_SLOTS = 4;
    private static final int SCENARIO_PER_SECOND = 300;
    /** So few that partitions have to be granted more all the time, as the allocator by default gives that many. */
    private static final long FIRST_UNITS_OF_SLOT = 100;

    private static final Duration WARM_UP = Duration.ofSeconds(15);
    /** After the last fault. */
    private static final Duration NORMAL_WITHIN = Duration.ofMinutes(1);
    /** How much longer than asked for faults take, at most: that much more is stocked for steady buyers. */
    private static final Duration OVERTIME = Duration.ofMinutes(3);

    private static final int CLIENTS = 2;
    private static final int SHOP_THREADS = 2;
    private static final int RESTOCK_MILLIS = 1_500;
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final Duration SELL_OUT_WITHIN = Duration.ofMinutes(3);
    /** The time that everything takes but the faults, at most. */
    private static final Duration AFTERWARDS = Duration.ofMinutes(20);

    private final FaultsOptions options;
    private final Path directory;
    private final PrintStream out;
    private final List<Sku> skus;
    private final List<Sku> plenty;
    private final int steadyPerSecond;

    FaultsRun(FaultsOptions options, Path directory, PrintStream out) {
        this.options = options;
        this.directory = directory;
        this.out = out;
        boolean isScenario = options.scenario() != null;
        List<Sku> all = new ArrayList<>();
        if (!isScenario) {
            all.add(new Sku("HOT"));
            IntStream.rangeClosed(1, SKUS).forEach(number -> all.add(new Sku("SKU-" + number)));
        }
        skus = List.copyOf(all);
        plenty = IntStream.rangeClosed(1, isScenario ? SCENARIO_PLENTY : PLENTY)
                .mapToObj(number -> new Sku("PLENTY-" + number))
                .toList();
        steadyPerSecond = isScenario ? SCENARIO_PER_SECOND : STEADY_PER_SECOND;
    }

    /**
     * @throws NotDoneException if something else than what is tested failed
     * @throws io.granary.backing.BackingServiceException if a process does not come up
     */
    FaultsReport run() throws IOException, SQLException, InterruptedException, NotDoneException {
        long beganNanos = System.nanoTime();
        out.printf(
                "Starting ZooKeeper, RocketMQ, MariaDB, %d allocators, %d nodes in %s%n",
                Target.ALLOCATORS, Target.NODES, directory);
        try (Started started = new Started()) {
            GranaryProcesses granary = started.add(GranaryProcesses.start(
                    directory, options.sessionTimeout(), options.duration().plus(AFTERWARDS)));
            AuditDatabase database = started.add(new AuditDatabase(granary.database(), READY_WITHIN));
            Journal journal = started.add(new Journal(directory.resolve("journal.jsonl")));
            ScheduledExecutorService threads = Executors.newScheduledThreadPool(SHOP_THREADS, daemon("shop"));
            started.add(threads::shutdownNow);
            Restocker restocker = started.add(new Restocker(granary.clientConfiguration(), journal, threads));
            List<ProxiedClient> clients = new ArrayList<>();
            for (int i = 1; i <= CLIENTS; i++) {
                clients.add(started.add(new ProxiedClient("client-" + i, granary)));
            }
            SalesWatch sales = new SalesWatch(plenty, System.nanoTime());
            Market market = new Market(clients, journal, sales, threads);
            BooksWatch books = new BooksWatch(database);
            books.awaitNodes(Target.NODES);
            stock(restocker, books);

            Scenario scenario = options.scenario();
            Nemesis nemesis = started.add(new Nemesis(granary, sales, options.sessionTimeout()));
            SteadyBuyers steady = new SteadyBuyers(market, threads, plenty, steadyStock(), steadyPerSecond);
            Buyers buyers = new Buyers(
                    market,
                    threads,
                    skus,
                    HOT_PERCENT,
                    scenario == null ? options.buyers() : 0,
                    new Random().nextLong());
            Operators operators = started.add(new Operators(
                    granary.apis(), skus, options.operators() ? options.seed() : 0, () -> !nemesis.isAlone()));
            if (options.operators()) {
                operators.start();
            }
            if (scenario == null) {
                inflict(nemesis, restocker, market);
            } else {
                takeAway(scenario, nemesis);
            }
            granary.heal();
            nemesis.awaitNormal(NORMAL_WITHIN);
            sales.ends(System.nanoTime());
            done(steady.leave(), READY_WITHIN, "the steady buyers' last calls");
            done(buyers.leave(), READY_WITHIN, "the buyers' last calls");
            List<Order> doubtful = new ArrayList<>(buyers.doubtful());
            doubtful.addAll(steady.doubtful());

            if (options.operators()) {
                say("Everything is healed. The operators leave");
                operators.leave();
            }
            Takeover takeover = new Takeover(granary, market, restocker, routes(granary, started));
            List<Takeover.Times> takeovers = takeovers(takeover);

            say("Everything is healed. Asking again for %,d orders whose outcome was unknown", doubtful.size());
            askAgain(market, doubtful);
            say("Selling out");
            SellOut sellOut = SellOut.start(market, SELL_OUT_WITHIN);
            List<Sku> all = new ArrayList<>(skus);
            all.addAll(plenty);
            all.addAll(takeover.skus());
            done(sellOut.buy(all), SELL_OUT_WITHIN.plusMinutes(1), "selling out");
            Duration settled = books.awaitSettlement(restocker.units());
            say("Settled. Asking once more");
            askAgain(market, doubtful);
            books.awaitSettlement(restocker.units());
            check(market);

            say("Auditing");
            Audit.Result audit = database.ask(connection -> audit(journal, connection));
            return new FaultsReport(
                    options,
                    audit,
                    nemesis.steps(),
                    nemesis.done(),
                    granary.unaskedEnds(),
                    market,
                    buyers.orders() + steady.orders(),
                    buyers.retries(),
                    restocker.updates(),
                    new SalesReport(sales.figures(), options.sessionTimeout(), scenario),
                    operators.counts(),
                    takeovers,
                    settled,
                    Duration.ofNanos(System.nanoTime() - beganNanos));
        }
    }

    private static Routes routes(GranaryProcesses granary, Started started) {
        RegistrySettings settings = RegistrySettings.of(granary.clientConfiguration());
        return started.add(CuratorRegistry.start(settings)).routes();
    }

    /** Of one partition, and of many. */
    private List<Takeover.Times> takeovers(Takeover takeover) throws InterruptedException, NotDoneException {
        List<Takeover.Times> times = new ArrayList<>();
        if (options.takeoverPartitions() > 0) {
            say("Timing takeovers: of one partition, and of %,d", options.takeoverPartitions());
            times.add(takeover.of(1));
            times.add(takeover.of(options.takeoverPartitions()));
        }
        return times;
    }

    private static Audit.Result audit(Journal journal, Connection connection) throws SQLException {
        try {
            return Audit.of(journal.file(), connection);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }

    static <T> T done(CompletableFuture<T> future, Duration within, String what)
            throws InterruptedException, NotDoneException {
        try {
            return future.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new NotDoneException(what + ": not done (expected: within " + within.toSeconds() + " s)", e);
        } catch (ExecutionException e) {
            throw new NotDoneException(what + ": failed", e);
        }
    }

    private static void check(Market market) throws NotDoneException {
        Throwable failure = market.failure();
        if (failure != null) {
            throw new NotDoneException("a call failed (expected: an outcome)", failure);
        }
    }

    private long steadyStock() {
        return SteadyBuyers.stock(options.duration().plus(OVERTIME), steadyPerSecond, plenty.size());
    }

    private void stock(Restocker restocker, BooksWatch books)
            throws SQLException, InterruptedException, NotDoneException {
        for (int i = 0; i < plenty.size(); i++) {
            int slots = options.scenario() == null ? 1 << (i % 3) : SCENARIO_SLOTS;
            done(restocker.restock(plenty.get(i), slots * FIRST_UNITS_OF_SLOT, slots), READY_WITHIN, "a restock");
        }
        books.awaitUpdates(plenty.size());
        books.awaitGranted();
        // What comes now stays in the inventory until it is wanted.
        for (Sku sku : plenty) {
            done(restocker.restock(sku, steadyStock(), 0), READY_WITHIN, "a restock");
        }
        for (int i = 0; i < skus.size(); i++) {
            // One slot, two, four: a SKU with one has all its units there.
            int slots = i == 0 ? HOT_SLOTS : 1 << (i % 3);
            done(restocker.restock(skus.get(i), i == 0 ? HOT_UNITS : UNITS, slots), READY_WITHIN, "a restock");
        }
        books.awaitUpdates(skus.size() + 2 * plenty.size());
    }

    private void takeAway(Scenario scenario, Nemesis nemesis) throws InterruptedException, NotDoneException {
        say(
                "%s for %,d s, while %,d buyers a second come",
                scenario, options.duration().toSeconds(), steadyPerSecond);
        int millis = Math.toIntExact(options.duration().toMillis());
        Step step = new Step(Scene.SINGLE, Math.toIntExact(WARM_UP.toMillis()), List.of(scenario.fault(millis)));
        if (!nemesis.take(step)) {
            throw new NotDoneException("sales: not normal (expected: normal before " + scenario + ")");
        }
    }

    /** Faults, and restocks now and then, until the time is over. */
    private void inflict(Nemesis nemesis, Restocker restocker, Market market)
            throws InterruptedException, NotDoneException {
        Random random = new Random(options.seed());
        FaultPlan plan = new FaultPlan(options.seed(), options.sessionTimeout());
        long began = System.nanoTime();
        long seconds = options.duration().toSeconds();
        say("Faults for %,d s, seed %d", seconds, options.seed());
        try (Started side = new Started();
                Progress progress = Progress.of("faults", seconds, out)) {
            ScheduledExecutorService threads = Executors.newScheduledThreadPool(1, daemon("restocks"));
            side.add(() -> {
                threads.shutdown();
                if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    throw new NotDoneException("restocks: not ended (expected: within a minute)");
                }
            });
            var unusedRestocks = threads.scheduleWithFixedDelay(
                    () -> restock(random, restocker), RESTOCK_MILLIS, RESTOCK_MILLIS, TimeUnit.MILLISECONDS);
            while (System.nanoTime() - began < options.duration().toNanos()) {
                progress.at(Math.min(seconds, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)));
                nemesis.take(plan.next());
                check(market);
            }
        }
    }

    private void restock(Random random, Restocker restocker) {
        boolean hot = random.nextInt(100) < HOT_PERCENT;
        Sku sku = hot ? skus.get(0) : skus.get(1 + random.nextInt(SKUS));
        var unused = restocker.restock(sku, hot ? 600 : 100 + random.nextInt(400), 0);
    }

    private void askAgain(Market market, List<Order> orders) throws InterruptedException, NotDoneException {
        long until = System.nanoTime() + READY_WITHIN.toNanos();
        CompletableFuture<?>[] answers =
                orders.stream().map(order -> market.insist(order, until)).toArray(CompletableFuture<?>[]::new);
        done(CompletableFuture.allOf(answers), READY_WITHIN.plusMinutes(1), "asking again");
    }
}
