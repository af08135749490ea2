// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.SkuIntentions;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.control.Leader;
import io.granary.api.SkuPlanContent;
import io.granary.api.SkuPlanView;
import io.granary.model.Sku;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Set;

/** How the units of each SKU are given out. */
final class SkuPlanArea implements Area {
    private final Leader leader;
    private final IntentionStore intentions;

    SkuPlanArea(Leader leader, IntentionStore intentions) {
        this.leader = leader;
        this.intentions = intentions;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints.get("/skus/{sku}/plan", this::show).put("/skus/{sku}/plan", this::replace);
    }

    private void show(Context ctx) {
        ctx.json(view(Requests.sku(ctx)));
    }

    private void replace(Context ctx) {
        Sku sku = Requests.sku(ctx);
        SkuPlanContent content = Requests.body(ctx, SkuPlanContent.class);
        Long horizon = content.horizonMillis();
        SkuPlan plan = new SkuPlan(
                content.firstUnits(),
                horizon == null ? null : Duration.ofMillis(horizon),
                content.lowWatermark(),
                content.ceilingUnits(),
                content.ceilingPercent());
        intentions.plan(sku, plan, Requests.by(ctx));
        leader.onIntentions(Set.of(sku));
        ctx.json(view(sku));
    }

    private SkuPlanView view(Sku sku) {
        SkuIntentions now = intentions.of(sku);
        SkuPlan plan = now.plan();
        Duration horizon = plan.horizon();
        return new SkuPlanView(
                sku.code(),
                now.slots(),
                now.frozen(),
                now.rebalance(),
                new SkuPlanContent(
                        plan.firstUnits(),
                        horizon == null ? null : horizon.toMillis(),
                        plan.lowWatermark(),
                        plan.ceilingUnits(),
                        plan.ceilingPercent()));
    }
}
