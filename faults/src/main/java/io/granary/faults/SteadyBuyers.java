// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.Outcome;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Buyers who come at a fixed rate, however those before them fare, and ask once each, for one to three units of one SKU
 * after the other. All calls together never ask for more units than a SKU has, and nobody freezes or pauses these SKUs: so
 * whoever is told that there is not enough is told wrongly. Thread-safe.
 */
final class SteadyBuyers {
    /** How long one waits. */
    static final Duration DEADLINE = Duration.ofSeconds(2);

    private static final int MOST_UNITS = 3;

    private final Market market;
    private final List<Sku> skus;
    private final long stock;
    private final AtomicLong orders = new AtomicLong();
    private final Set<Order> doubtful = ConcurrentHashMap.newKeySet();
    private final Map<Order, CompletableFuture<Void>> open = new ConcurrentHashMap<>();
    private final ScheduledFuture<?> coming;

    /**
     * Begins to buy.
     *
     * @param threads runs the buyers; nothing that it runs waits
     * @param stock of each SKU, {@link #stock} at least
     */
    SteadyBuyers(Market market, ScheduledExecutorService threads, List<Sku> skus, long stock, int perSecond) {
        this.market = market;
        this.skus = List.copyOf(skus);
        this.stock = stock;
        coming = threads.scheduleAtFixedRate(
                this::buy, 0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
    }

    /** How many units a SKU has to have for so long, with as many again at the end. */
    static long stock(Duration duration, int perSecond, int skus) {
        long units = duration.toSeconds() * perSecond * (1 + MOST_UNITS) / 2;
        return 2 * units / skus;
    }

    private void buy() {
        long number = orders.getAndIncrement();
        long turn = number / skus.size();
        if ((turn + 1) * MOST_UNITS > stock) {
            coming.cancel(false);
            market.fail(new IllegalStateException(
                    "steady buyers: " + number + " orders (expected: fewer than " + stock + " units a SKU)"));
            return;
        }
        Order order = Order.of(skus.get((int) (number % skus.size())), 1 + (int) (turn % MOST_UNITS));
        CompletableFuture<Void> ended = new CompletableFuture<>();
        open.put(order, ended);
        var unused = market.ask(order, DEADLINE).whenComplete((result, fault) -> {
            if (fault != null) {
                market.fail(fault);
            } else if (result.outcome() == Outcome.UNKNOWN) {
                doubtful.add(order);
            }
            open.remove(order);
            ended.complete(null);
        });
    }

    /** No more orders; completes when all calls have ended. */
    CompletableFuture<Void> leave() {
        coming.cancel(false);
        return CompletableFuture.allOf(open.values().toArray(CompletableFuture<?>[]::new));
    }

    long orders() {
        return orders.get();
    }

    /** The orders whose outcome was unknown. */
    List<Order> doubtful() {
        return List.copyOf(doubtful);
    }
}
