// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SaleTest {
    private static final Sku SKU = new Sku("A");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Orders single(int requests) {
        Orders.Builder orders = new Orders.Builder();
        for (int i = 0; i < requests; i++) {
            orders.request(SKU, RequestId.of("r" + i), 1);
        }
        return orders.build(0);
    }

    @Test
    void carriesOutEveryStepOnceWithManyCallers() throws Exception {
        GeneratedSale generated = GeneratedSale.DEFAULT.withRequests(20_000);
        Orders.Builder builder = new Orders.Builder();
        generated.addTo(builder);
        Orders orders = builder.build(0);
        Journal journal = new Journal(orders.size());
        ExecutorService answers = Executors.newFixedThreadPool(4);
        ToyShop shop = new ToyShop(answers);
        long[] stock = new long[orders.skus().size()];
        for (int i = 0; i < stock.length; i++) {
            stock[i] = Math.max(1, orders.demand()[i] / 2);
            shop.receive(orders.skus().get(i), stock[i]);
        }
        WallClock clock = WallClock.now();

        new Sale(orders, journal, shop, PATIENCE).run(0, orders.size(), 100, ended -> {});
        answers.shutdown();

        assertThat(journal.ends()).isEqualTo(orders.size());
        Audit.Result result = new Audit(orders, journal, stock, clock).check(shop.books());
        assertThat(result.findings().lines()).isEmpty();
        Figures figures = Figures.of(orders, journal);
        assertThat(figures.requests()).isEqualTo(20_000);
        assertThat(figures.secondSends()).isEqualTo(400);
        assertThat(figures.deducted()).isEqualTo(result.deducted());
        assertThat(figures.deducted() + figures.soldOut() + figures.insufficient())
                .isEqualTo(20_000);
        assertThat(orders.skus().get(figures.hot().index())).isEqualTo(GeneratedSale.HOT);
        assertThat(figures.hot().deducted()).isEqualTo(stock[figures.hot().index()]);
    }

    @Test
    void answersThatAreThereAtOnceNeedNoStack() throws Exception {
        Orders orders = single(200_000);
        Journal journal = new Journal(orders.size());
        ToyShop shop = new ToyShop(Runnable::run);
        shop.receive(SKU, 200_000);

        new Sale(orders, journal, shop, PATIENCE).run(0, orders.size(), 1, ended -> {});

        assertThat(Figures.of(orders, journal).deducted()).isEqualTo(200_000);
    }

    @Test
    void asksAgainWithTheSameIdUntilTheAnswerIsDefinite() throws Exception {
        Orders orders = single(100);
        Journal journal = new Journal(orders.size());
        ToyShop shop = new ToyShop(Runnable::run);
        shop.receive(SKU, 100);
        ConcurrentHashMap<RequestId, AtomicInteger> calls = new ConcurrentHashMap<>();
        Told[] first = {Told.UNKNOWN, Told.UNAVAILABLE, Told.THROTTLED};

        new Sale(
                        orders,
                        journal,
                        new Shop() {
                            @Override
                            public CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity) {
                                int call = calls.computeIfAbsent(id, key -> new AtomicInteger())
                                        .getAndIncrement();
                                CompletableFuture<Told> answer = shop.deduct(sku, id, quantity);
                                return call < first.length ? CompletableFuture.completedFuture(first[call]) : answer;
                            }

                            @Override
                            public CompletableFuture<Told> restock(String updateId, Sku sku, long units) {
                                return shop.restock(updateId, sku, units);
                            }
                        },
                        PATIENCE)
                .run(0, orders.size(), 50, ended -> {});

        assertThat(journal.repeats()).isEqualTo(300);
        assertThat(Figures.of(orders, journal).deducted()).isEqualTo(100);
    }

    @Test
    void takesAnIndefiniteAnswerForTheLastWordWhenPatienceIsOver() throws Exception {
        Orders orders = single(3);
        Journal journal = new Journal(orders.size());
        ToyShop shop = new ToyShop(Runnable::run);

        new Sale(
                        orders,
                        journal,
                        new Shop() {
                            @Override
                            public CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity) {
                                return CompletableFuture.completedFuture(Told.UNKNOWN);
                            }

                            @Override
                            public CompletableFuture<Told> restock(String updateId, Sku sku, long units) {
                                return shop.restock(updateId, sku, units);
                            }
                        },
                        Duration.ofMillis(100))
                .run(0, orders.size(), 3, ended -> {});

        assertThat(Figures.of(orders, journal).unknown()).isEqualTo(3);
    }

    @Test
    void stopsBetweenTwoSteps() throws Exception {
        Orders orders = single(10);
        Journal journal = new Journal(orders.size());
        AtomicInteger calls = new AtomicInteger();
        Sale[] sale = new Sale[1];
        ToyShop shop = new ToyShop(task -> {
            if (calls.incrementAndGet() == 4) {
                sale[0].stop();
            }
            task.run();
        });
        shop.receive(SKU, 10);
        sale[0] = new Sale(orders, journal, shop, PATIENCE);

        sale[0].run(0, orders.size(), 1, ended -> {});

        assertThat(journal.ends()).isEqualTo(4);
    }
}
