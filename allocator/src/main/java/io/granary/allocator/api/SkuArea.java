// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.store.SqlSkus;
import io.granary.allocator.store.SqlViews;
import io.granary.api.SkuCreation;
import io.granary.api.SkuView;
import io.granary.model.Sku;
import io.javalin.http.Context;
import java.util.Set;
import java.util.function.LongToIntFunction;

/** SKUs: how they stand, new ones, and whether they are sold. */
final class SkuArea implements Area {
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int MAX_LIMIT = 10_000;

    private final SqlViews views;
    private final SqlSkus skus;
    private final Leader leader;
    private final LongToIntFunction slotsFor;

    /**
     * @param slotsFor how many slots suit so many units
     */
    SkuArea(SqlViews views, SqlSkus skus, Leader leader, LongToIntFunction slotsFor) {
        this.views = views;
        this.skus = skus;
        this.leader = leader;
        this.slotsFor = slotsFor;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .get("/skus", this::list)
                .post("/skus", this::create)
                .get("/skus/{sku}", this::show)
                .post("/skus/{sku}/pause", ctx -> setPaused(ctx, true))
                .post("/skus/{sku}/resume", ctx -> setPaused(ctx, false));
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

    private void create(Context ctx) {
        SkuCreation wanted = Requests.body(ctx, SkuCreation.class);
        Sku sku = new Sku(wanted.sku());
        Integer slots = wanted.slots();
        long units = wanted.units() == null ? 0 : wanted.units();
        int count = slots == null ? slotsFor.applyAsInt(Math.max(1, units)) : slots;
        SkuView view = skus.create(sku, count, Boolean.TRUE.equals(wanted.paused()), Requests.by(ctx));
        if (slots != null && slots != view.slots()) {
            throw ProblemException.conflict(
                    "slots: " + slots + " of " + sku + " (expected: " + view.slots() + ", as it is known already)");
        }
        leader.onIntentions(Set.of(sku));
        ctx.json(view);
    }

    private void setPaused(Context ctx, boolean paused) {
        Sku sku = Requests.sku(ctx);
        SkuView view = skus.setPaused(sku, paused, Requests.by(ctx)).orElseThrow(() -> unknown(sku));
        leader.onIntentions(Set.of(sku));
        ctx.json(view);
    }

    static ProblemException unknown(Sku sku) {
        return ProblemException.notFound("sku: '" + sku + "' (expected: one that is known)");
    }
}
