// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.SkuView;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How fast SKUs sell, from one look to the next. Not thread-safe. */
final class Rates {
    private Map<String, Long> sold = new HashMap<>();
    private Map<String, Double> perSecond = new HashMap<>();
    private long lookedNanos;

    void look(List<SkuView> skus) {
        look(skus, System.nanoTime());
    }

    void look(List<SkuView> skus, long nowNanos) {
        double seconds = (nowNanos - lookedNanos) / 1e9;
        Map<String, Long> now = new HashMap<>();
        Map<String, Double> rates = new HashMap<>();
        for (SkuView sku : skus) {
            long before = sold.getOrDefault(sku.sku(), sku.sold());
            now.put(sku.sku(), sku.sold());
            rates.put(sku.sku(), seconds <= 0 ? 0 : (sku.sold() - before) / seconds);
        }
        sold = now;
        perSecond = rates;
        lookedNanos = nowNanos;
    }

    /** Units a second between the last two looks; 0 if there were none. */
    double soldPerSecond(String sku) {
        return perSecond.getOrDefault(sku, 0.0);
    }

    /** Those that sell most first, then by their codes. */
    Comparator<SkuView> fastestFirst() {
        return Comparator.comparingDouble((SkuView sku) -> -soldPerSecond(sku.sku()))
                .thenComparing(SkuView::sku);
    }
}
