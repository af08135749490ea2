// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import io.granary.embedded.demo.Books.LedgerRow;
import io.granary.embedded.demo.Books.SkuRow;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A shop in memory that sells right, and keeps books. Thread-safe. */
final class ToyShop implements Shop {
    private static final class Shelf {
        long received;
        long actual;
        final Map<RequestId, Integer> sold = new HashMap<>();
    }

    private final Map<String, Shelf> shelves = new HashMap<>();
    private final Executor answers;

    /**
     * @param answers where answers are given; {@code Runnable::run} for answers that are there at once
     */
    ToyShop(Executor answers) {
        this.answers = answers;
    }

    @Override
    public CompletableFuture<Told> deduct(Sku sku, RequestId id, int quantity) {
        return CompletableFuture.supplyAsync(() -> sell(sku, id, quantity), answers);
    }

    @Override
    public CompletableFuture<Told> restock(String updateId, Sku sku, long units) {
        receive(sku, units);
        return CompletableFuture.completedFuture(Told.RESTOCKED);
    }

    synchronized void receive(Sku sku, long units) {
        Shelf shelf = shelves.computeIfAbsent(sku.code(), added -> new Shelf());
        shelf.received += units;
        shelf.actual += units;
    }

    private synchronized Told sell(Sku sku, RequestId id, int quantity) {
        Shelf shelf = shelves.get(sku.code());
        if (shelf == null) {
            return Told.NO_SUCH_SKU;
        }
        if (shelf.sold.containsKey(id)) {
            return Told.DEDUCTED;
        }
        if (shelf.actual < quantity) {
            return shelf.actual == 0 ? Told.SOLD_OUT : Told.INSUFFICIENT;
        }
        shelf.actual -= quantity;
        shelf.sold.put(id, quantity);
        return Told.DEDUCTED;
    }

    synchronized Books books() {
        Map<String, SkuRow> skus = new HashMap<>();
        List<LedgerRow> ledger = new ArrayList<>();
        shelves.forEach((code, shelf) -> {
            long sold =
                    shelf.sold.values().stream().mapToLong(Integer::longValue).sum();
            skus.put(code, new SkuRow(shelf.actual, 0, shelf.actual, shelf.received, sold, 0, 0, sold, Books.NEVER));
            shelf.sold.forEach((id, quantity) -> ledger.add(new LedgerRow(code, id, quantity)));
        });
        return new Books(skus, ledger, 0, 0);
    }
}
