// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Buys all that is left of SKUs: large orders, then what is said to be left, down to the last unit. Thread-safe. */
final class SellOut {
    private static final int LARGE = 200;

    private final Market market;
    private final long untilNanos;
    private final AtomicLong soldOut = new AtomicLong();

    private SellOut(Market market, Duration atMost) {
        this.market = market;
        untilNanos = System.nanoTime() + atMost.toNanos();
    }

    static SellOut start(Market market, Duration atMost) {
        return new SellOut(market, atMost);
    }

    /** Completes when each SKU was said to be sold out, or the time is over. */
    CompletableFuture<Void> buy(List<Sku> skus) {
        return CompletableFuture.allOf(skus.stream().map(sku -> buy(sku, LARGE)).toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> buy(Sku sku, int quantity) {
        if (System.nanoTime() > untilNanos) {
            return CompletableFuture.completedFuture(null);
        }
        return market.insist(Order.of(sku, quantity), untilNanos).thenCompose(result -> next(sku, quantity, result));
    }

    private CompletableFuture<Void> next(Sku sku, int quantity, DeductionResult result) {
        boolean isOver = result.outcome() == Outcome.SOLD_OUT
                || result.outcome() == Outcome.NO_SUCH_SKU
                || (result.outcome() == Outcome.INSUFFICIENT && result.detail() == 0);
        if (isOver) {
            soldOut.incrementAndGet();
            return CompletableFuture.completedFuture(null);
        }
        if (result.outcome() == Outcome.INSUFFICIENT) {
            int left = result.detail() > 0 ? (int) Math.min(quantity, result.detail()) : Math.max(1, quantity / 2);
            return buy(sku, left);
        }
        return buy(sku, quantity);
    }

    /** How many SKUs were said to be sold out. */
    long soldOut() {
        return soldOut.get();
    }
}
