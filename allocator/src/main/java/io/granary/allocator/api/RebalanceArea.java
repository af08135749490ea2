// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.Levelling;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.RebalancePlanner;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.control.Leader;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Rebalances: what they would do, what was wanted, how far it is. */
final class RebalanceArea implements Area {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;
    private static final int MOST_MOVES = 1_000;
    private static final int LOOK_SECONDS = 5;

    private final Leader leader;
    private final IntentionStore intentions;
    private final AllocationStore books;
    private final NodeArea nodes;

    RebalanceArea(Leader leader, IntentionStore intentions, AllocationStore books, NodeArea nodes) {
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
                .post("/nodes/{node}/drain", ctx -> apply(ctx, Wish.drain(ctx.pathParam("node"))))
                .post("/skus/{sku}/freeze", ctx -> apply(ctx, Wish.of(RebalanceKind.FREEZE, Requests.sku(ctx))))
                .post("/skus/{sku}/unfreeze", ctx -> apply(ctx, Wish.of(RebalanceKind.UNFREEZE, Requests.sku(ctx))));
    }

    /**
     * What a request wants.
     *
     * @param ofTask the SKU of the task that it is to be begun by, if it names none itself
     */
    static Wish wish(RebalanceRequest request, @Nullable String ofTask) {
        String sku = request.sku() == null ? ofTask : request.sku();
        return new Wish(
                        request.kind(),
                        sku == null ? null : new Sku(sku),
                        request.node(),
                        request.slots(),
                        request.slot())
                .checked();
    }

    // ---- What it would do

    private void plan(Context ctx) {
        Wish wish = wish(Requests.body(ctx, RebalanceRequest.class), null);
        LiveNodes live = nodes.seenFor(wish);
        Optional<String> obstacle = intentions.obstacle(wish, live);
        ctx.json(
                wish.kind().isOfNode()
                        ? planDrain(wish.needNode(), obstacle, live)
                        : obstacle.map(reason -> without(wish, false, reason)).orElseGet(() -> planOf(wish)));
    }

    private static RebalancePlan without(Wish wish, boolean possible, String reason) {
        return new RebalancePlan(wish.kind(), possible, reason, 0, 0, List.of());
    }

    private RebalancePlan planDrain(String node, Optional<String> obstacle, LiveNodes live) {
        int owned = intentions.ownedPartitions(node);
        List<RebalanceMoveView> moves = new ArrayList<>();
        for (IntentionStore.Owned one : intentions.owned(node, MOST_MOVES)) {
            moves.add(new RebalanceMoveView(
                    moves.size(),
                    one.sku(),
                    one.slot(),
                    one.slot(),
                    one.incarnation(),
                    one.units(),
                    0,
                    false,
                    one.frozen() ? "stays: the SKU is frozen" : "gets another owner"));
        }
        return new RebalancePlan(
                RebalanceKind.DRAIN,
                obstacle.isEmpty(),
                obstacle.orElseGet(() -> owned + " partitions get other owners; nodes that can have them: "
                        + String.join(", ", intentions.others(node, live))),
                moves.stream().mapToLong(RebalanceMoveView::units).sum(),
                owned,
                moves);
    }

    private RebalancePlan planOf(Wish wish) {
        if (wish.kind() == RebalanceKind.FREEZE || wish.kind() == RebalanceKind.UNFREEZE) {
            return without(
                    wish,
                    true,
                    wish.kind() == RebalanceKind.FREEZE ? "no unit of it is moved any more" : "its units may be moved");
        }
        Sku sku = wish.needSku();
        SkuBook book = books.load(List.of(sku)).get(0);
        if (wish.kind() == RebalanceKind.LEVEL) {
            return planLevel(book);
        }
        SkuBook planned = book.withIntentions(book.frozen(), wish.slotsAfter(book.slots()), book.plan(), null);
        RebalancePlanner.Plan plan = leader.slots(planned)
                .orTimeout(LOOK_SECONDS, TimeUnit.SECONDS)
                .thenApply(views -> RebalancePlanner.plan(wish.kind(), wish.target(), planned, views))
                .join();
        return new RebalancePlan(
                wish.kind(),
                !plan.refused(),
                plan.reason(),
                plan.units(),
                plan.moves().size(),
                plan.moves().stream()
                        .limit(MOST_MOVES)
                        .map(move -> view(sku.code(), move))
                        .toList());
    }

    private RebalancePlan planLevel(SkuBook book) {
        List<Levelling.Move> all =
                leader.spread(book).orTimeout(LOOK_SECONDS, TimeUnit.SECONDS).join();
        List<RebalanceMoveView> moves = new ArrayList<>();
        for (Levelling.Move move : all.subList(0, Math.min(all.size(), MOST_MOVES))) {
            moves.add(new RebalanceMoveView(
                    moves.size(),
                    book.sku().code(),
                    move.slot(),
                    move.slot(),
                    move.from(),
                    book.partition(move.slot()).held(),
                    0,
                    false,
                    "goes to " + move.to() + ", which owns fewer of its partitions"));
        }
        int partitions = book.partitions().size();
        return new RebalancePlan(
                RebalanceKind.LEVEL,
                true,
                all.isEmpty()
                        ? "no node owns two more of its " + partitions + " partitions than another one"
                        : all.size() + " of its " + partitions + " partitions get another node",
                moves.stream().mapToLong(RebalanceMoveView::units).sum(),
                all.size(),
                moves);
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
        apply(ctx, wish(Requests.body(ctx, RebalanceRequest.class), null));
    }

    private void apply(Context ctx, Wish wish) {
        show(ctx, intentions.apply(wish, nodes.seenFor(wish), Requests.by(ctx)));
    }

    private void stop(Context ctx) {
        long id = id(ctx);
        intentions.stop(id, Requests.by(ctx));
        show(ctx, id);
    }

    private void resume(Context ctx) {
        long id = id(ctx);
        intentions.resume(id, nodes.seen(), Requests.by(ctx));
        show(ctx, id);
    }

    /** And tells the leader, who would find it with its next sweep as well. */
    private void show(Context ctx, long id) {
        RebalanceView view = intentions.rebalance(id);
        String sku = view.sku();
        if (sku == null) {
            leader.onDrains();
        } else {
            leader.onIntentions(Set.of(new Sku(sku)));
        }
        ctx.json(view);
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
        ctx.json(new RebalanceList(intentions.rebalances(sku == null ? null : new Sku(sku), limit)));
    }

    private void show(Context ctx) {
        RebalanceView view = intentions.rebalance(id(ctx));
        String sku = Objects.requireNonNullElse(view.sku(), "");
        ctx.json(new RebalanceDetail(
                view,
                intentions.moves(view.id()).stream()
                        .map(move -> view(sku, move))
                        .toList()));
    }
}
