// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.store.SqlOperations;
import io.granary.allocator.store.SqlViews;
import io.granary.api.OperationList;
import io.granary.model.Sku;
import io.javalin.http.Context;

/** Who did what. */
final class HistoryArea implements Area {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;

    private final SqlViews views;
    private final SqlOperations operations;

    HistoryArea(SqlViews views, SqlOperations operations) {
        this.views = views;
        this.operations = operations;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/history", this::list);
    }

    private void list(Context ctx) {
        String code = ctx.queryParam("sku");
        Sku sku = code == null ? null : new Sku(code);
        if (sku != null && views.sku(sku).isEmpty()) {
            throw SkuArea.unknown(sku);
        }
        long before = Requests.number(ctx, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        int limit = (int) Requests.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        ctx.json(new OperationList(operations.latest(sku, before, limit)));
    }
}
