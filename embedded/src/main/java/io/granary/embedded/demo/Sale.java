// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has many callers carry out the steps of some orders, each caller one step at a time, in the order of the steps: a
 * step begins when a caller is free. What every caller is told goes into the journal. Callers are not threads: the next
 * step begins where the answer to the one before arrives.
 *
 * <p>A caller that learns nothing definite asks again, with the same request id, as long as its patience lasts.
 */
final class Sale {
    /** Hears of the progress, about every 100 ms, on the thread that runs the sale. */
    interface Watcher {
        void onProgress(long stepsEnded) throws SQLException, InterruptedException;
    }

    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration PAUSE_BEFORE_ANOTHER_TRY = Duration.ofMillis(20);

    private final Orders orders;
    private final Journal journal;
    private final Shop shop;
    private final Duration patience;
    private final Executor later =
            CompletableFuture.delayedExecutor(PAUSE_BEFORE_ANOTHER_TRY.toMillis(), TimeUnit.MILLISECONDS);

    private volatile boolean stopping;

    /**
     * @param patience for how long a caller goes on asking before it takes an indefinite answer for the last word
     */
    Sale(Orders orders, Journal journal, Shop shop, Duration patience) {
        this.orders = orders;
        this.journal = journal;
        this.shop = shop;
        this.patience = patience;
    }

    /** Lets callers end what they have begun, and begin nothing more. Thread-safe. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** The id of the stock update that a restock step sends. */
    static String updateId(int step) {
        return "restock-" + step;
    }

    /**
     * Carries out the steps {@code from} to {@code to - 1}; returns when every caller has ended.
     *
     * @param callers at least 1
     */
    void run(int from, int to, int callers, Watcher watcher) throws InterruptedException, SQLException {
        AtomicInteger next = new AtomicInteger(from);
        CountDownLatch busy = new CountDownLatch(callers);
        for (int i = 0; i < callers; i++) {
            new Caller(next, to, busy).goOn();
        }
        while (!busy.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
            watcher.onProgress(journal.ends());
        }
        watcher.onProgress(journal.ends());
    }

    /** One customer at a time. Its methods run one after the other, on whatever thread an answer comes. */
    private final class Caller {
        private final AtomicInteger next;
        private final int end;
        private final CountDownLatch busy;

        Caller(AtomicInteger next, int end, CountDownLatch busy) {
            this.next = next;
            this.end = end;
            this.busy = busy;
        }

        /** Takes step after step; a loop, as answers that are there at once would else pile up calls. */
        void goOn() {
            while (true) {
                int step = stopping ? end : next.getAndIncrement();
                if (step >= end) {
                    busy.countDown();
                    return;
                }
                journal.begin(step, System.nanoTime());
                if (!ask(step)) {
                    return;
                }
            }
        }

        /**
         * @return whether the step has ended; if not, its answer goes on
         */
        private boolean ask(int step) {
            CompletableFuture<Told> answer = send(step);
            if (answer.isDone()) {
                return hear(step, answer.join());
            }
            var unused = answer.whenComplete((told, failure) -> {
                if (hear(step, told == null ? Told.FAILED : told)) {
                    goOn();
                }
            });
            return false;
        }

        private boolean hear(int step, Told told) {
            long now = System.nanoTime();
            if (told.isWorthAnotherTry() && now - journal.began(step) < patience.toNanos() && !stopping) {
                later.execute(() -> {
                    journal.askAgain(step, System.nanoTime());
                    if (ask(step)) {
                        goOn();
                    }
                });
                return false;
            }
            if (told == Told.DEDUCTED && orders.first(step) == step) {
                journal.acknowledge(orders.units(step));
            }
            journal.end(step, now, told);
            return true;
        }

        private CompletableFuture<Told> send(int step) {
            if (orders.isRestock(step)) {
                return shop.restock(updateId(step), orders.skus().get(orders.sku(step)), orders.units(step));
            }
            return shop.deduct(orders.skus().get(orders.sku(step)), orders.id(step), orders.units(step));
        }
    }
}
