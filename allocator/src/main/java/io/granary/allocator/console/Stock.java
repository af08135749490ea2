// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.api.Overview;
import io.granary.api.SkuView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All SKUs as they were last read, with how they went. Bounded: points are kept for the SKUs that changed last. Not
 * thread-safe.
 */
final class Stock {
    private static final int TOTAL_POINTS = 600;
    private static final int SKU_POINTS = 300;
    private static final int SKUS_WITH_POINTS = 500;

    private static final class Entry {
        final Trend rate = new Trend(1);
        SkuView view;
        double perSecond;

        Entry(SkuView view) {
            this.view = view;
        }

        List<Object> values() {
            return List.of(
                    view.sku(),
                    view.state().name(),
                    view.slots(),
                    view.inventory(),
                    view.pool(),
                    view.received(),
                    view.sold(),
                    view.writtenOff(),
                    perSecond,
                    view.frozen());
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Trend> trends = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Trend> eldest) {
            return size() > SKUS_WITH_POINTS;
        }
    };
    private final Trend total = new Trend(TOTAL_POINTS);
    private Overview.Totals totals = new Overview.Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Takes what was read, all of it: the SKUs that changed. */
    List<List<Object>> take(long time, List<SkuView> views) {
        List<List<Object>> changed = new ArrayList<>();
        int paused = 0;
        int soldOut = 0;
        int frozen = 0;
        long inventory = 0;
        long pool = 0;
        long received = 0;
        long sold = 0;
        long writtenOff = 0;
        for (SkuView view : views) {
            Entry entry = entries.get(view.sku());
            boolean isNew = entry == null;
            if (entry == null) {
                entry = new Entry(view);
                entries.put(view.sku(), entry);
            }
            SkuView before = entry.view;
            double rateBefore = entry.perSecond;
            entry.view = view;
            entry.rate.measure(time, view.sold());
            entry.perSecond = entry.rate.perSecond();
            if (isNew || !view.equals(before) || entry.perSecond != rateBefore) {
                changed.add(entry.values());
                Trend trend = trends.computeIfAbsent(view.sku(), sku -> new Trend(SKU_POINTS));
                trend.measure(time, view.sold());
                trend.keep(view.inventory(), view.pool());
            }
            paused += view.state() == SkuView.State.PAUSED ? 1 : 0;
            soldOut += view.state() == SkuView.State.SOLD_OUT ? 1 : 0;
            frozen += view.frozen() ? 1 : 0;
            inventory += view.inventory();
            pool += view.pool();
            received += view.received();
            sold += view.sold();
            writtenOff += view.writtenOff();
        }
        total.measure(time, sold);
        total.keep(inventory, pool);
        totals = new Overview.Totals(
                views.size(),
                views.size() - paused - soldOut,
                paused,
                soldOut,
                frozen,
                inventory,
                pool,
                received,
                sold,
                writtenOff,
                total.perSecond());
        return changed;
    }

    Overview.Totals totals() {
        return totals;
    }

    List<List<Object>> all() {
        return entries.values().stream().map(Entry::values).toList();
    }

    /** Of the totals. */
    List<List<Object>> history() {
        return total.points();
    }

    /** Of a SKU; empty if it has not changed lately. */
    List<List<Object>> history(String sku) {
        Trend trend = trends.get(sku);
        return trend == null ? List.of() : trend.points();
    }

    /** Those that sell most, most first. */
    Map<String, SkuView> busiest(int most) {
        Map<String, SkuView> busiest = new LinkedHashMap<>();
        List<Entry> byRate = new ArrayList<>(entries.values());
        byRate.sort(Comparator.comparingDouble((Entry entry) -> -entry.perSecond)
                .thenComparing(entry -> -entry.view.sold())
                .thenComparing(entry -> entry.view.sku()));
        byRate.stream().limit(most).forEach(entry -> busiest.put(entry.view.sku(), entry.view));
        return busiest;
    }
}
