// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.api.Overview;
import io.granary.api.SkuView;
import io.granary.metrics.MeterScope;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the books say, as gauges of the allocator that leads; others report that they can't say (NaN). Only the SKUs that
 * sell most have gauges of their own, so that there are never more than so many. Written by the feed's thread.
 */
final class BooksMetrics implements AutoCloseable {
    private final MeterScope meters;
    private final Map<String, MeterScope> ofSku = new HashMap<>();
    private volatile Overview.@Nullable Totals totals;
    private volatile double halted = Double.NaN;
    private volatile Map<String, SkuView> busiest = Map.of();

    /**
     * @param meters of one allocator
     */
    BooksMetrics(MeterScope meters) {
        this.meters = meters;
        meters.gauge(
                "granary.settlement.partitions.halted",
                "Partitions that are halted: their units are locked until an operator has decided",
                () -> halted);
        skus("selling", Overview.Totals::selling);
        skus("paused", Overview.Totals::paused);
        skus("sold_out", Overview.Totals::soldOut);
        units("inventory", Overview.Totals::inventory);
        units("pool", Overview.Totals::pool);
        units("received", Overview.Totals::received);
        units("sold", Overview.Totals::sold);
        units("written_off", Overview.Totals::writtenOff);
    }

    private void skus(String state, ToDoubleFunction<Overview.Totals> value) {
        meters.gauge("granary.books.skus", "SKUs in the books, by state", () -> total(value), "state", state);
    }

    private void units(String kind, ToDoubleFunction<Overview.Totals> value) {
        meters.gauge("granary.books.units", "Units in the books, of all SKUs", () -> total(value), "kind", kind);
    }

    private double total(ToDoubleFunction<Overview.Totals> value) {
        Overview.Totals latest = totals;
        return latest == null ? Double.NaN : value.applyAsDouble(latest);
    }

    /** What was read; null if another allocator leads. */
    void take(Feed.@Nullable Reading reading) {
        totals = reading == null ? null : reading.totals();
        busiest = reading == null ? Map.of() : reading.busiest();
        halted = reading == null ? Double.NaN : reading.halted();
        for (Iterator<Map.Entry<String, MeterScope>> all = ofSku.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, MeterScope> one = all.next();
            if (!busiest.containsKey(one.getKey())) {
                one.getValue().close();
                all.remove();
            }
        }
        busiest.keySet().forEach(sku -> ofSku.computeIfAbsent(sku, this::register));
    }

    private MeterScope register(String sku) {
        MeterScope one = meters.with("sku", sku);
        units(one, sku, "inventory", SkuView::inventory);
        units(one, sku, "pool", SkuView::pool);
        units(one, sku, "sold", SkuView::sold);
        return one;
    }

    private void units(MeterScope one, String sku, String kind, ToDoubleFunction<SkuView> value) {
        one.gauge(
                "granary.sku.units",
                "Units in the books, of the SKUs that sell most",
                () -> {
                    SkuView view = busiest.get(sku);
                    return view == null ? Double.NaN : value.applyAsDouble(view);
                },
                "kind",
                kind);
    }

    @Override
    public void close() {
        ofSku.values().forEach(MeterScope::close);
        ofSku.clear();
    }
}
