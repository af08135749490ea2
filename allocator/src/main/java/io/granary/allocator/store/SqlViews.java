// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.api.SkuDetail;
import io.granary.api.SkuPage;
import io.granary.api.SkuView;
import io.granary.model.Sku;
import java.util.List;
import java.util.Optional;

/** The books as the API shows them. Thread-safe; blocks its caller. */
public final class SqlViews {
    private static final int ALARMS = 10;

    private final TransactionRunner transactions;

    public SqlViews(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /**
     * A page of all SKUs.
     *
     * @param after the code before the first one; empty for the first page
     * @param limit at least 1
     */
    public SkuPage skus(String after, int limit) {
        List<SkuView> found = transactions.snapshot(
                session -> session.getMapper(ViewMapper.class).skus(after, limit + 1));
        if (found.size() <= limit) {
            return new SkuPage(found, null);
        }
        List<SkuView> page = found.subList(0, limit);
        return new SkuPage(page, page.get(limit - 1).sku());
    }

    /** A SKU, if there is such a one. */
    public Optional<SkuDetail> sku(Sku sku) {
        return transactions.snapshot(session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            return Optional.ofNullable(mapper.sku(sku)).map(view -> new SkuDetail(view, mapper.partitions(sku)));
        });
    }

    /** Lanes at which settlement has stopped, with why; the first ones. */
    public List<String> alarms() {
        return transactions
                .snapshot(session -> session.getMapper(ViewMapper.class).alarms(ALARMS))
                .stream()
                .map(row -> "lane " + row.lane() + ": " + row.alarm())
                .toList();
    }
}
