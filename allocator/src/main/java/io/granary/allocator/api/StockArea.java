// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.control.Leader;
import io.granary.allocator.store.SqlOperations;
import io.granary.allocator.store.SqlOperatorGrants;
import io.granary.allocator.store.SqlViews;
import io.granary.api.AllocationOrder;
import io.granary.api.AllocationView;
import io.granary.api.ApiPaths;
import io.granary.api.StockOrder;
import io.granary.api.StockUpdateView;
import io.granary.log.Append;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Units that come, go, and go to partitions. Changes of stock take the way of those from outside, through the topic of
 * stock updates: each is applied once, in its order.
 */
final class StockArea implements Area {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SqlViews views;
    private final StockUpdatePublisher updates;
    private final SqlOperations operations;
    private final SqlOperatorGrants grants;
    private final Leader leader;

    StockArea(
            SqlViews views,
            StockUpdatePublisher updates,
            SqlOperations operations,
            SqlOperatorGrants grants,
            Leader leader) {
        this.views = views;
        this.updates = updates;
        this.operations = operations;
        this.grants = grants;
        this.leader = leader;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .post("/skus/{sku}/restock", ctx -> publish(ctx, StockUpdate.Kind.RESTOCK))
                .post("/skus/{sku}/adjust", ctx -> publish(ctx, StockUpdate.Kind.ADJUST))
                .post("/skus/{sku}/allocate", this::allocate)
                .get("/stock-updates/{updateId}", this::show);
    }

    private void publish(Context ctx, StockUpdate.Kind kind) {
        Sku sku = known(ctx);
        StockOrder order = Requests.body(ctx, StockOrder.class);
        StockUpdate update = new StockUpdate(order.updateId(), kind, sku, order.units());
        StockUpdateView before = views.stockUpdate(order.updateId());
        if (before.outcome() != StockUpdateView.Outcome.PENDING) {
            ctx.json(sameAs(update, before));
            return;
        }
        operations.noteStock(update, Requests.by(ctx));
        if (!(updates.publish(update).join() instanceof Append.Stored)) {
            throw ProblemException.unavailable("RocketMQ does not confirm " + order.updateId()
                    + ": it may come or not; sent again under this updateId it is applied once");
        }
        ctx.json(views.stockUpdate(order.updateId()));
    }

    /** It was sent before: what became of it, if it was the same. */
    private static StockUpdateView sameAs(StockUpdate update, StockUpdateView before) {
        boolean same = update.kind().name().equals(before.kind())
                && update.sku().code().equals(before.sku())
                && before.units() != null
                && before.units() == update.units();
        if (!same) {
            throw ProblemException.conflict("updateId: '" + before.updateId()
                    + "' (expected: another one; it was used for another update: " + before.kind() + " of "
                    + before.units() + " units of " + before.sku() + ")");
        }
        return before;
    }

    private void show(Context ctx) {
        StockUpdateView view = views.stockUpdate(StockUpdate.checkId(ctx.pathParam("updateId")));
        ctx.json(view);
    }

    private void allocate(Context ctx) {
        Sku sku = known(ctx);
        Operator by = Requests.by(ctx);
        if (by.key() == null) {
            throw ProblemException.badRequest(ApiPaths.KEY_HEADER
                    + ": none (expected: a new one for each command; sent again under the same key it is done once)");
        }
        AllocationOrder order = Requests.body(ctx, AllocationOrder.class);
        Integer slot = order.slot();
        OperatorGrant grant =
                OperatorGrant.of(sku, order.units(), slot == null ? OptionalInt.empty() : OptionalInt.of(slot), by);
        ctx.json(granted(grant));
    }

    private AllocationView granted(OperatorGrant grant) {
        try {
            return leader.carryOut(grant.sku(), term -> grants.carryOut(term, grant))
                    .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof GrantRefusedException || e.getCause() instanceof RefusedIntentionException) {
                throw e;
            }
            throw ProblemException.unavailable("the leader can't say whether it granted: " + e.getCause()
                    + "; sent again under this " + ApiPaths.KEY_HEADER + " it is done once");
        }
    }

    private Sku known(Context ctx) {
        Sku sku = Requests.sku(ctx);
        if (views.sku(sku).isEmpty()) {
            throw SkuArea.unknown(sku);
        }
        return sku;
    }
}
