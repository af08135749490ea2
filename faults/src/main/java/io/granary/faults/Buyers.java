// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.faults.Market.Order;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Buyers who come and go while faults happen: they want a few units of a SKU, often of the hot one, ask again when they
 * don't know, sometimes ask twice at once, and sometimes ask again for what they have.
 */
final class Buyers {
    private static final int MOST_UNITS = 3;
    private static final int MOST_ATTEMPTS = 6;
    private static final int THINK_MILLIS = 160;

    /** Used by one task at a time. */
    private final class Buyer implements Runnable {
        private final Random random;
        private final CompletableFuture<Void> gone = new CompletableFuture<>();

        Buyer(Random random) {
            this.random = random;
        }

        @Override
        public void run() {
            if (closing) {
                gone.complete(null);
                return;
            }
            Sku sku = random.nextInt(100) < hotPercent ? skus.get(0) : skus.get(random.nextInt(skus.size()));
            Order order = Order.of(sku, 1 + random.nextInt(MOST_UNITS));
            orders.increment();
            boolean twice = random.nextInt(100) == 0;
            if (twice) {
                retries.increment();
                var unused = call(order).thenAcceptBoth(call(order), (first, second) -> answered(order, 1, first));
            } else {
                ask(order, 1);
            }
        }

        private Duration deadline() {
            // The short ones end in the middle of faults, the long ones outlive a takeover.
            return Duration.ofMillis(300L << random.nextInt(6));
        }

        private void ask(Order order, int attempt) {
            var unused = call(order).thenAccept(outcome -> answered(order, attempt, outcome));
        }

        private CompletableFuture<Outcome> call(Order order) {
            CompletableFuture<Outcome> outcome = market.ask(order, deadline()).thenApply(DeductionResult::outcome);
            return outcome.whenComplete((told, fault) -> {
                if (fault != null) {
                    market.fail(fault);
                    gone.complete(null);
                } else if (told == Outcome.UNKNOWN) {
                    doubtful.add(order);
                }
            });
        }

        private void answered(Order order, int attempt, Outcome outcome) {
            int again = switch (outcome) {
                case UNKNOWN -> 80;
                case UNAVAILABLE, THROTTLED -> 50;
                case SOLD_OUT, INSUFFICIENT, NO_SUCH_SKU -> 10;
                case DEDUCTED, CONFLICT -> 3;
            };
            if (!closing && attempt < MOST_ATTEMPTS && random.nextInt(100) < again) {
                retries.increment();
                later(random.nextInt(2 * THINK_MILLIS), () -> ask(order, attempt + 1));
            } else {
                later(random.nextInt(THINK_MILLIS), this);
            }
        }

        private void later(int millis, Runnable task) {
            var unused = threads.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    private final Market market;
    private final ScheduledExecutorService threads;
    private final List<Sku> skus;
    private final int hotPercent;
    private final List<Buyer> buyers;
    private final Set<Order> doubtful = ConcurrentHashMap.newKeySet();
    private final LongAdder orders = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private volatile boolean closing;

    /**
     * Begins to buy.
     *
     * @param skus the first is the hot one
     * @param hotPercent how many of a hundred orders are for the hot one
     * @param threads runs the buyers; nothing that it runs waits
     */
    Buyers(Market market, ScheduledExecutorService threads, List<Sku> skus, int hotPercent, int count, long seed) {
        this.market = market;
        this.threads = threads;
        this.skus = List.copyOf(skus);
        this.hotPercent = hotPercent;
        Random random = new Random(seed);
        buyers = random.longs(count).mapToObj(own -> new Buyer(new Random(own))).toList();
        buyers.forEach(threads::execute);
    }

    /** No more orders; completes when all calls have ended. */
    CompletableFuture<Void> leave() {
        closing = true;
        return CompletableFuture.allOf(buyers.stream().map(buyer -> buyer.gone).toArray(CompletableFuture<?>[]::new));
    }

    /** How many were made so far. */
    long orders() {
        return orders.sum();
    }

    /** How many calls were made again for an order. */
    long retries() {
        return retries.sum();
    }

    /** The orders for which a call ended with an unknown outcome, whatever later ones were told. */
    List<Order> doubtful() {
        return List.copyOf(doubtful);
    }
}
