// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Rebalance.Kind;
import io.granary.allocator.allocation.RebalancePlanner;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.control.Leader;
import io.granary.allocator.store.RebalanceMapper.MoveRow;
import io.granary.allocator.store.RebalanceMapper.OwnedRow;
import io.granary.allocator.store.RebalanceMapper.RebalanceRow;
import io.granary.allocator.store.RefusedIntentionException;
import io.granary.allocator.store.SqlIntentions;
import io.granary.api.RebalanceDetail;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceList;
import io.granary.api.RebalanceMoveView;
import io.granary.api.RebalancePlan;
import io.granary.api.RebalanceRequest;
import io.granary.api.RebalanceView;
import io.granary.model.Sku;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Rebalances: what they would do, what was wanted, how far it is. */
final class RebalanceArea implements Area {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;
    private static final int MOST_MOVES = 1_000;
    private static final int LOOK_SECONDS = 5;

    private final Leader leader;
    private final SqlIntentions intentions;
    private final AllocationStore books;
    private final NodeArea nodes;

    RebalanceArea(Leader leader, SqlIntentions intentions, AllocationStore books, NodeArea nodes) {
        this.leader = leader;
        this.books = books;
        this.intentions = intentions;
        this.nodes = nodes;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .post("/rebalances/plan", this::plan)
                .post("/rebalances", this::apply)
                .get("/rebalances", this::list)
                .get("/rebalances/{id}", this::show)
                .post("/rebalances/{id}/stop", this::stop)
                .post("/rebalances/{id}/resume", this::resume)
                .post("/nodes/{node}/drain", this::drain)
                .post("/skus/{sku}/freeze", ctx -> freeze(ctx, Kind.FREEZE))
                .post("/skus/{sku}/unfreeze", ctx -> freeze(ctx, Kind.UNFREEZE));
    }

    /** Turns what the books refuse into a problem. */
    static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (RefusedIntentionException e) {
            String detail = String.valueOf(e.getMessage());
            throw switch (e.why()) {
                case UNKNOWN -> ProblemException.notFound(detail);
                case CONFLICT -> ProblemException.conflict(detail);
                case INVALID -> ProblemException.badRequest(detail);
            };
        }
    }

    private static SqlIntentions.Wish wish(RebalanceRequest request) {
        Kind kind = Kind.valueOf(request.kind().name());
        Integer slots = request.slots();
        Integer slot = request.slot();
        if (slot != null && (kind != Kind.GATHER || slot < 0)) {
            throw ProblemException.badRequest("slot: " + slot
                    + (kind == Kind.GATHER ? " (expected: 0 or more)" : " (expected: none, for " + kind + ")"));
        }
        if (slots != null && kind != Kind.SLOTS) {
            throw ProblemException.badRequest("slots: " + slots + " (expected: none, for " + kind + ")");
        }
        String sku = request.sku();
        return asked(() -> new SqlIntentions.Wish(
                kind, sku == null ? null : new Sku(sku), request.node(), kind == Kind.GATHER ? slot : slots));
    }

    // ---- What it would do

    private void plan(Context ctx) {
        SqlIntentions.Wish wish = wish(Requests.body(ctx, RebalanceRequest.class));
        String node = wish.node();
        Sku sku = wish.sku();
        if (node != null) {
            ctx.json(planDrain(node));
        } else if (sku != null) {
            ctx.json(planOf(wish, sku));
        }
    }

    private RebalancePlan planDrain(String node) {
        int owned = asked(() -> nodes.known(node));
        List<RebalanceMoveView> moves = new ArrayList<>();
        for (OwnedRow row : intentions.owned(node, MOST_MOVES)) {
            moves.add(new RebalanceMoveView(
                    moves.size(),
                    row.sku(),
                    row.slot(),
                    row.slot(),
                    row.node(),
                    row.units(),
                    0,
                    false,
                    row.frozen() ? "stays: the SKU is frozen" : "gets another owner"));
        }
        Set<String> others = nodes.others(node);
        String reason = others.isEmpty()
                ? NodeArea.onlyOne(node)
                : owned + " partitions get other owners; nodes that can have them: " + String.join(", ", others);
        return new RebalancePlan(
                RebalanceKind.DRAIN,
                !others.isEmpty(),
                reason,
                moves.stream().mapToLong(RebalanceMoveView::units).sum(),
                owned,
                moves);
    }

    private RebalancePlan planOf(SqlIntentions.Wish wish, Sku sku) {
        RebalanceKind kind = RebalanceKind.valueOf(wish.kind().name());
        String refusal = asked(() -> intentions.refusal(wish));
        if (refusal != null) {
            return new RebalancePlan(kind, false, refusal, 0, 0, List.of());
        }
        if (wish.kind() == Kind.FREEZE || wish.kind() == Kind.UNFREEZE) {
            String what = wish.kind() == Kind.FREEZE ? "no unit of it is moved any more" : "its units may be moved";
            return new RebalancePlan(kind, true, what, 0, 0, List.of());
        }
        Integer slots = wish.slots();
        SkuBook book = books.load(List.of(sku)).get(0);
        SkuBook planned = book.withIntentions(
                book.frozen(), wish.kind() == Kind.SLOTS && slots != null ? slots : book.slots(), book.plan(), null);
        RebalancePlanner.Plan plan = leader.slots(planned)
                .orTimeout(LOOK_SECONDS, TimeUnit.SECONDS)
                .thenApply(views -> RebalancePlanner.plan(wish.kind(), wish.target(), planned, views))
                .join();
        return new RebalancePlan(
                kind,
                !plan.refused(),
                plan.reason(),
                plan.units(),
                plan.moves().size(),
                plan.moves().stream()
                        .limit(MOST_MOVES)
                        .map(move -> view(sku.code(), move))
                        .toList());
    }

    private static RebalanceMoveView view(String sku, Move move) {
        return new RebalanceMoveView(
                move.number(),
                sku,
                move.from() == Move.INVENTORY ? null : move.from(),
                move.to() == Move.INVENTORY ? null : move.to(),
                null,
                move.units(),
                move.moved(),
                move.over(),
                move.why());
    }

    // ---- What is wanted

    private void apply(Context ctx) {
        SqlIntentions.Wish wish = wish(Requests.body(ctx, RebalanceRequest.class));
        ctx.json(applied(wish, Requests.by(ctx)));
    }

    private RebalanceView applied(SqlIntentions.Wish wish, Operator by) {
        String node = wish.node();
        if (node != null) {
            asked(() -> nodes.known(node));
            if (nodes.others(node).isEmpty()) {
                throw ProblemException.conflict(NodeArea.onlyOne(node));
            }
        }
        long id = asked(() -> intentions.apply(wish, by));
        return nudged(id);
    }

    /** Tells the leader, who would find it with its next sweep as well. */
    private RebalanceView nudged(long id) {
        RebalanceRow row = asked(() -> intentions.rebalance(id));
        String sku = row.sku();
        if (sku == null) {
            leader.onDrains();
        } else {
            leader.onIntentions(Set.of(new Sku(sku)));
        }
        return view(row);
    }

    private void freeze(Context ctx, Kind kind) {
        SqlIntentions.Wish wish = asked(() -> new SqlIntentions.Wish(kind, Requests.sku(ctx), null, null));
        ctx.json(applied(wish, Requests.by(ctx)));
    }

    private void drain(Context ctx) {
        SqlIntentions.Wish wish = asked(() -> new SqlIntentions.Wish(Kind.DRAIN, null, ctx.pathParam("node"), null));
        ctx.json(applied(wish, Requests.by(ctx)));
    }

    private void stop(Context ctx) {
        long id = id(ctx);
        asked(() -> {
            intentions.stop(id, Requests.by(ctx));
            return id;
        });
        ctx.json(nudged(id));
    }

    private void resume(Context ctx) {
        long id = id(ctx);
        asked(() -> {
            intentions.resume(id, Requests.by(ctx));
            return id;
        });
        ctx.json(nudged(id));
    }

    private static long id(Context ctx) {
        String given = ctx.pathParam("id");
        try {
            return Long.parseLong(given);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("rebalance: '" + given + "' (expected: a number)", e);
        }
    }

    // ---- How far it is

    private void list(Context ctx) {
        String sku = ctx.queryParam("sku");
        int limit = (int) Requests.number(ctx, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
        ctx.json(new RebalanceList(asked(() -> intentions.rebalances(sku == null ? null : new Sku(sku), limit)).stream()
                .map(this::view)
                .toList()));
    }

    private void show(Context ctx) {
        RebalanceRow row = asked(() -> intentions.rebalance(id(ctx)));
        List<RebalanceMoveView> moves = intentions.moves(row.id()).stream()
                .map(move -> view(Objects.requireNonNullElse(row.sku(), ""), move))
                .toList();
        ctx.json(new RebalanceDetail(view(row), moves));
    }

    private static RebalanceMoveView view(String sku, MoveRow row) {
        return new RebalanceMoveView(
                row.number(),
                sku,
                row.fromSlot(),
                row.toSlot(),
                null,
                row.units(),
                row.moved(),
                row.isOver(),
                row.why());
    }

    private RebalanceView view(RebalanceRow row) {
        String node = row.node();
        return row.view(node == null ? null : intentions.ownedPartitions(node));
    }
}
