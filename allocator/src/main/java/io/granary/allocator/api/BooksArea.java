// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.api;

import io.granary.allocator.control.Leader;
import io.granary.allocator.control.PartitionLook;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.SqlViews;
import io.granary.api.Explanation;
import io.granary.api.LedgerView;
import io.granary.api.PartitionView;
import io.granary.api.Reconciliation;
import io.granary.api.SkuView;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where units are, who has what, and whether it adds up. */
final class BooksArea implements Area {
    private static final long PATIENCE_SECONDS = 5;

    private final SqlViews views;
    private final Reconcile reconcile;
    private final Leader leader;
    // It reads the whole ledger.
    private final Semaphore reconciling = new Semaphore(1);

    BooksArea(SqlViews views, Reconcile reconcile, Leader leader) {
        this.views = views;
        this.reconcile = reconcile;
        this.leader = leader;
    }

    @Override
    public void register(Endpoints endpoints) {
        endpoints
                .get("/skus/{sku}/ledger", this::ledger)
                .get("/skus/{sku}/explain", this::explain)
                .get("/reconcile", this::reconcile);
    }

    private void ledger(Context ctx) {
        Sku sku = Requests.sku(ctx);
        LedgerView view = views.ledger(sku, requestId(ctx)).orElseThrow(() -> SkuArea.unknown(sku));
        ctx.json(view);
    }

    private static RequestId requestId(Context ctx) {
        @Nullable String key = ctx.queryParam("key");
        @Nullable String id = ctx.queryParam("id");
        if ((key == null) == (id == null)) {
            throw ProblemException.badRequest("key, id: " + key + ", " + id + " (expected: one of them)");
        }
        if (key != null) {
            return RequestId.of(key);
        }
        if (!String.valueOf(id).matches("[0-9a-fA-F]{32}")) {
            throw ProblemException.badRequest("id: '" + id + "' (expected: 32 hexadecimal digits)");
        }
        return new RequestId(HexFormat.fromHexDigitsToLong(id, 0, 16), HexFormat.fromHexDigitsToLong(id, 16, 32));
    }

    private void reconcile(Context ctx) {
        if (!reconciling.tryAcquire()) {
            throw ProblemException.conflict("reconcile: one runs already (expected: one at a time)");
        }
        try {
            long start = System.nanoTime();
            List<Reconciliation.Drift> drifts = reconcile.check().stream()
                    .map(drift ->
                            new Reconciliation.Drift(code(drift.sku()), drift.what(), drift.left(), drift.right()))
                    .toList();
            ctx.json(new Reconciliation(
                    drifts.isEmpty(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), drifts));
        } finally {
            reconciling.release();
        }
    }

    private static @Nullable String code(@Nullable Sku sku) {
        return sku == null ? null : sku.code();
    }

    private void explain(Context ctx) {
        Sku sku = Requests.sku(ctx);
        // First what the nodes say, then the books: what settles in between was in flight.
        Map<Integer, PartitionLook> looks = leader.lookAt(sku)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(fault -> Map.of())
                .join();
        SqlViews.Counted counted = views.counted(sku).orElseThrow(() -> SkuArea.unknown(sku));
        ctx.json(explanation(counted, looks));
    }

    static Explanation explanation(SqlViews.Counted counted, Map<Integer, PartitionLook> looks) {
        SkuView sku = counted.detail().sku();
        List<Explanation.Place> places = counted.detail().partitions().stream()
                .map(partition -> place(partition, looks.get(partition.slot())))
                .toList();
        long held = places.stream().mapToLong(Explanation.Place::held).sum();
        List<Explanation.Sum> sums = List.of(
                Explanation.Sum.of("pool = held by its partitions", sku.pool(), held),
                Explanation.Sum.of("actual = inventory + pool", sku.actual(), sku.inventory() + sku.pool()),
                Explanation.Sum.of("sold = live units in the ledger", sku.sold(), counted.ledger()),
                Explanation.Sum.of(
                        "received = inventory + held + ledger + written off",
                        sku.received(),
                        sku.inventory() + held + counted.ledger() + sku.writtenOff()));
        return new Explanation(
                sku, counted.ledger(), places, sums, sums.stream().allMatch(Explanation.Sum::ok));
    }

    private static Explanation.Place place(PartitionView book, @Nullable PartitionLook look) {
        if (look == null || !look.node().equals(book.node()) || look.epoch() != book.epoch()) {
            Explanation.State state = book.epoch() == 0 ? Explanation.State.UNOWNED : Explanation.State.UNKNOWN;
            return unheard(book, state);
        }
        Explanation.State state = switch (look.state()) {
            case OPENING -> Explanation.State.OPENING;
            case SERVING -> Explanation.State.SERVING;
            case EXHAUSTED -> Explanation.State.EXHAUSTED;
            case NOT_HELD -> Explanation.State.UNOWNED;
        };
        if (state == Explanation.State.OPENING || state == Explanation.State.UNOWNED) {
            return unheard(book, state);
        }
        // The books are later than what the node said: what it took since, or heard of, is told as far as it fits.
        long onTheWay = Math.min(book.held(), Math.max(0, book.granted() - look.granted()));
        long free = Math.min(book.held() - onTheWay, Math.max(0, look.remaining()));
        return new Explanation.Place(
                book.slot(),
                book.epoch(),
                book.node(),
                state,
                book.held(),
                free,
                book.held() - onTheWay - free,
                onTheWay,
                look.unitsPerSecond());
    }

    private static Explanation.Place unheard(PartitionView book, Explanation.State state) {
        return new Explanation.Place(
                book.slot(), book.epoch(), book.node(), state, book.held(), null, null, null, null);
    }
}
