// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.store.SqlViews;
import io.granary.model.Sku;
import io.javalin.http.Context;

/** SKUs as they stand. */
final class SkuArea implements Area {
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    private final SqlViews views;

    SkuArea(SqlViews views) {
        this.views = views;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/skus", this::list).get("/skus/{sku}", this::show);
    }

    private void list(Context ctx) {
        String given = ctx.queryParam("after");
        String after = given == null || given.isEmpty() ? "" : new Sku(given).code();
        int limit = (int) Requests.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        ctx.json(views.skus(after, limit));
    }

    private void show(Context ctx) {
        Sku sku = Requests.sku(ctx);
        ctx.json(views.sku(sku).orElseThrow(() -> unknown(sku)));
    }

    static ProblemException unknown(Sku sku) {
        return ProblemException.notFound("sku: '" + sku + "' (expected: one that was restocked before)");
    }
}
