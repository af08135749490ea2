// SPDX-License-Identifier: Apache-2.0
package io.granary.faults;

import io.granary.client.DeductionResult;
import io.granary.client.Outcome;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Where buyers ask: through one of several clients, with every call in the journal. Thread-safe. */
final class Market {
    /**
     * What somebody wants to buy.
     *
     * @param id the same in every call for it
     */
    record Order(Sku sku, RequestId id, int quantity) {
        static Order of(Sku sku, int quantity) {
            return new Order(sku, RequestId.random(), quantity);
        }
    }

    private static final Duration INSISTING_DEADLINE = Duration.ofSeconds(10);

    private final List<ProxiedClient> clients;
    private final Journal journal;
    private final SalesWatch sales;
    private final Executor executor;
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    private final LongAdder deductedUnits = new LongAdder();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param clients at least one
     * @param sales hears of each call
     * @param executor runs what depends on answers
     */
    Market(List<ProxiedClient> clients, Journal journal, SalesWatch sales, Executor executor) {
        this.clients = List.copyOf(clients);
        this.journal = journal;
        this.sales = sales;
        this.executor = executor;
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
    }

    /** Asks through any of the clients. */
    CompletableFuture<DeductionResult> ask(Order order, Duration deadline) {
        return ask(ThreadLocalRandom.current().nextInt(clients.size()), order, deadline);
    }

    /**
     * Asks through this client.
     *
     * @param client 0 to the number of clients - 1
     */
    CompletableFuture<DeductionResult> ask(int client, Order order, Duration deadline) {
        long call = journal.ask("client-" + (client + 1), order.sku(), order.id(), order.quantity());
        SalesWatch.Call watched = sales.asked(order.sku(), System.nanoTime());
        return clients.get(client)
                .client()
                .deduct(order.sku(), order.id(), order.quantity(), deadline)
                .thenApplyAsync(
                        result -> {
                            journal.told(call, result);
                            watched.ended(result, System.nanoTime());
                            Outcome outcome = result.outcome();
                            counter(outcome).increment();
                            if (outcome == Outcome.DEDUCTED) {
                                deductedUnits.add(order.quantity());
                            }
                            return result;
                        },
                        executor);
    }

    /**
     * Asks again until the answer is definite, or until a time by {@link System#nanoTime}; then completes with what was
     * told last.
     */
    CompletableFuture<DeductionResult> insist(Order order, long untilNanos) {
        return ask(order, INSISTING_DEADLINE).thenCompose(result -> {
            boolean open = switch (result.outcome()) {
                case UNKNOWN, UNAVAILABLE, THROTTLED -> true;
                // Units were on their way.
                case INSUFFICIENT -> result.detail() < 0;
                case DEDUCTED, CONFLICT, SOLD_OUT, NO_SUCH_SKU -> false;
            };
            return open && System.nanoTime() < untilNanos
                    ? insist(order, untilNanos)
                    : CompletableFuture.completedFuture(result);
        });
    }

    private LongAdder counter(Outcome outcome) {
        LongAdder counter = outcomes.get(outcome);
        if (counter == null) {
            throw new AssertionError("outcome " + outcome);
        }
        return counter;
    }

    int clients() {
        return clients.size();
    }

    /** How many calls ended so. */
    long ended(Outcome outcome) {
        return counter(outcome).sum();
    }

    /** The units of all calls that were told DEDUCTED: those of orders that were asked for twice count twice. */
    long deductedUnits() {
        return deductedUnits.sum();
    }

    /** Something broke that should not: the run is void. Only the first is kept. */
    void fail(Throwable fault) {
        failure.compareAndSet(null, fault);
    }

    @Nullable
    Throwable failure() {
        return failure.get();
    }
}
