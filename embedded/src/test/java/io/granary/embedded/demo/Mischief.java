// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** A shop in which something bad happens, once, when so many calls have been made. Thread-safe. */
final class Mischief implements Shop {
    private final Shop shop;
    private final int afterCalls;
    private final Callable<?> deed;
    private final AtomicInteger calls = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Mischief(Shop shop, int afterCalls, Callable<?> deed) {
        this.shop = shop;
        this.afterCalls = afterCalls;
        this.deed = deed;
    }

    @Override
    public CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity) {
        if (calls.incrementAndGet() == afterCalls) {
            new Thread(this::act, "mischief").start();
        }
        return shop.deduct(sku, id, quantity);
    }

    private void act() {
        try {
            deed.call();
            done.complete(null);
        } catch (Exception e) {
            done.completeExceptionally(e);
        }
    }

    @Override
    public CompletableFuture<Told> restock(String updateId, Sku sku, long units) {
        return shop.restock(updateId, sku, units);
    }

    /**
     * Waits until it has happened.
     *
     * @throws CompletionException if it failed
     */
    void await() {
        done.join();
    }
}
