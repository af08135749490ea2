// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import com.google.common.collect.Lists;
import io.granary.backing.DatabaseAddress;
import io.granary.model.Sku;
import io.granary.registry.Routes;
import io.granary.registry.SkuView;
import io.granary.service.Interruption;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One demo on services that run: stock, warm-up, sale, settlement, audit. Used by one thread. */
final class DemoRun {
    /** Something that the demo needs did not come about: nothing is proven, and nothing is wrong. */
    static final class NotReadyException extends Exception {
        private static final long serialVersionUID = 1L;

        NotReadyException(String message) {
            super(message);
        }
    }

    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(50);
    /** So many are sent or asked at a time. */
    private static final int BATCH = 256;

    private final Plan plan;
    private final Orders orders;
    private final DemoOptions options;
    private final Shop shop;
    private final Routes routes;
    private final DatabaseAddress address;
    private final Interruption interruption;
    private final PrintStream out;

    DemoRun(
            Plan plan,
            DemoOptions options,
            Shop shop,
            Routes routes,
            DatabaseAddress address,
            Interruption interruption,
            PrintStream out) {
        this.plan = plan;
        this.orders = plan.orders();
        this.options = options;
        this.shop = shop;
        this.routes = routes;
        this.address = address;
        this.interruption = interruption;
        this.out = out;
    }

    /**
     * @throws NotReadyException if the sale could not begin
     */
    Report run(int nodes, int allocators) throws SQLException, InterruptedException, NotReadyException {
        try (AuditDatabase books = new AuditDatabase(address, options.patience())) {
            long before = books.number("select count(*) from sku");
            if (before > 0) {
                throw new NotReadyException("SKUs in the database: " + before + " (expected: 0, a fresh one)");
            }
            loadStock(books);
            awaitRoutes();
            return sell(books, nodes, allocators);
        }
    }

    private void loadStock(AuditDatabase database) throws SQLException, InterruptedException, NotReadyException {
        long[] stock = plan.stock();
        List<Integer> stocked = new ArrayList<>();
        for (int i = 0; i < stock.length; i++) {
            if (stock[i] > 0) {
                stocked.add(i);
            }
        }
        say("Loading stock of %,d SKUs", stocked.size());
        for (List<Integer> batch : Lists.partition(stocked, BATCH)) {
            List<CompletableFuture<Told>> sent = new ArrayList<>();
            for (int i : batch) {
                sent.add(shop.restock("start-" + i, orders.skus().get(i), stock[i]));
            }
            for (CompletableFuture<Told> one : sent) {
                if (one.join() != Told.RESTOCKED) {
                    throw new NotReadyException("a stock update was not confirmed by RocketMQ");
                }
            }
        }
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        long applied = 0;
        try (Progress progress = Progress.of("stock", stocked.size(), out)) {
            while (applied < stocked.size()) {
                if (System.nanoTime() > deadline) {
                    throw new NotReadyException("stock updates applied: " + applied + " (expected: " + stocked.size()
                            + " within " + READY_WITHIN.toSeconds() + " s)");
                }
                Thread.sleep(POLL.toMillis());
                applied = database.number("select count(*) from stock_update");
                progress.at(applied);
            }
        }
    }

    /** Waits until every SKU that has stock has a partition that serves it. */
    private void awaitRoutes() throws InterruptedException, NotReadyException {
        List<Sku> waiting = new ArrayList<>();
        for (int i = 0; i < plan.stock().length; i++) {
            if (plan.stock()[i] > 0) {
                waiting.add(orders.skus().get(i));
            }
        }
        int all = waiting.size();
        say("Opening partitions of %,d SKUs", all);
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        try (Progress progress = Progress.of("partitions", all, out)) {
            while (!waiting.isEmpty()) {
                if (System.nanoTime() > deadline) {
                    throw new NotReadyException("SKUs without a partition: " + waiting.size() + ", such as "
                            + waiting.get(0) + " (expected: none within " + READY_WITHIN.toSeconds() + " s)");
                }
                List<Sku> still = new ArrayList<>();
                for (List<Sku> batch : Lists.partition(waiting, BATCH)) {
                    still.addAll(notServed(batch));
                }
                waiting = still;
                progress.at((long) all - waiting.size());
                if (!waiting.isEmpty()) {
                    Thread.sleep(POLL.toMillis());
                }
            }
        }
    }

    private List<Sku> notServed(List<Sku> skus) {
        List<CompletableFuture<Optional<SkuView>>> views =
                skus.stream().map(routes::refresh).toList();
        List<Sku> notServed = new ArrayList<>();
        for (int i = 0; i < skus.size(); i++) {
            try {
                Optional<SkuView> view = views.get(i).join();
                if (view.isEmpty() || view.get().partitions().isEmpty()) {
                    notServed.add(skus.get(i));
                }
            } catch (CompletionException e) {
                notServed.add(skus.get(i));
            }
        }
        return notServed;
    }

    private Report sell(AuditDatabase database, int nodes, int allocators) throws SQLException, InterruptedException {
        Journal journal = new Journal(orders.size());
        SettlementWatch settlement = new SettlementWatch(database);
        Sale sale = new Sale(orders, journal, shop, options.patience());
        interruption.react(sale::stop);
        WallClock clock = WallClock.now();
        if (orders.warmUp() > 0) {
            say("Warming up with %,d requests for SKUs of their own", orders.warmUp());
            sale.run(0, orders.warmUp(), options.callers(), ended -> {});
            settlement.await(journal.acknowledgedUnits(), 0, options.patience());
        }
        long steps = (long) orders.size() - orders.warmUp();
        say(
                "Selling: %,d order lines, %,d SKUs, %,d callers",
                steps, orders.skus().size(), options.callers());
        Machine before = Machine.now();
        SettlementWatch during = new SettlementWatch(database);
        try (Progress progress = Progress.of("selling", steps, out)) {
            sale.run(orders.warmUp(), orders.size(), options.callers(), ended -> {
                progress.at(ended - orders.warmUp());
                during.sample(journal.acknowledgedUnits());
            });
        }
        Machine machine = before.sinceThen();
        say("Waiting for settlement");
        Audit audit = new Audit(orders, journal, plan.stock(), clock);
        long lastAnswer = Figures.of(orders, journal).lastAnswer();
        long settled = settlement.await(acknowledgedUnits(journal), stockUpdates(journal), options.patience());
        Duration lag = Duration.ofNanos(Math.max(0, settled - lastAnswer));
        Duration maxLag = during.maxLag().compareTo(lag) > 0 ? during.maxLag() : lag;
        say("Comparing what callers were told with what MySQL says");
        Books books = database.ask(SqlBooks::read);
        return new Report(
                new Report.Setting(
                        plan.title(),
                        plan.lines(),
                        plan.badLines(),
                        options.stockPercent(),
                        options.sale().seed(),
                        options.callers(),
                        nodes,
                        allocators),
                orders,
                journal,
                books,
                audit.check(books),
                new Report.Lag(lag, maxLag),
                machine,
                sale.isStopping());
    }

    /** The units of the requests that callers know to be deducted, each request once. */
    private long acknowledgedUnits(Journal journal) {
        boolean[] counted = new boolean[orders.size()];
        long units = 0;
        for (int step = 0; step < orders.size(); step++) {
            if (journal.told(step) == Told.DEDUCTED && !counted[orders.first(step)]) {
                counted[orders.first(step)] = true;
                units += orders.units(step);
            }
        }
        return units;
    }

    /** How many stock updates were sent: at the start, and by steps. */
    private long stockUpdates(Journal journal) {
        long updates = 0;
        for (long units : plan.stock()) {
            updates += units > 0 ? 1 : 0;
        }
        for (int step = 0; step < orders.size(); step++) {
            updates += journal.told(step) == Told.RESTOCKED ? 1 : 0;
        }
        return updates;
    }

    private void say(String text, Object... values) {
        out.println(String.format(Locale.ROOT, text, values));
    }
}
