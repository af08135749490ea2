// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.Intentions;
import io.granary.allocator.allocation.LeadershipLostException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuIntentions;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderLook;
import io.granary.api.RebalanceKind;
import io.granary.api.RebalanceState;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * People who want units elsewhere, at random. {@link Intentions} and {@link OperatorGrant} decide what becomes of that, as
 * they do for the API and for tasks; it is written into the books, and the leader is told, or left to find out. When faults
 * stop they take back what keeps units from being sold.
 */
final class Operators {
    private static final int MOST_SLOTS = 4;
    private static final String WHO = "ann";
    private static final List<RebalanceKind> KINDS = List.of(
            RebalanceKind.EVEN,
            RebalanceKind.FOLLOW_DEMAND,
            RebalanceKind.GATHER,
            RebalanceKind.SLOTS,
            RebalanceKind.LEVEL,
            RebalanceKind.HOME);

    /** A rebalance as it was when its state last changed, and what it is for. */
    private record Known(Wish wish, Rebalance rebalance) {
        Intentions.Asked asked() {
            return new Intentions.Asked(
                    rebalance.id(), wish, rebalance.state(), !rebalance.moves().isEmpty());
        }
    }

    private final Scheduler scheduler;
    private final Trace trace;
    private final Books books;
    private final SimStore store;
    private final List<Leader> leaders;
    private final Map<Long, Known> known = new HashMap<>();
    /** The one that was stopped last, by SKU. */
    private final Map<Sku, Long> stopped = new HashMap<>();

    private final Set<String> drained = new TreeSet<>();
    private long ids;
    private boolean left;

    /**
     * @param leaders all that ever were
     */
    Operators(Scheduler scheduler, Trace trace, Books books, SimStore store, List<Leader> leaders) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.books = books;
        this.store = store;
        this.leaders = leaders;
    }

    // ---- SKUs

    /** Begins one; or stops the one that is open, or goes on with one that was stopped. */
    void rebalance(Sku sku) {
        Rebalance open = books.book(sku).rebalance();
        Long before = stopped.get(sku);
        if (open != null && scheduler.chance(0.8)) {
            if (scheduler.chance(0.5)) {
                decide(sku, "stop " + open.kind(), now -> Intentions.stop(asked(open.id()), now, WHO));
            }
        } else if (before != null && scheduler.chance(0.5)) {
            decide(sku, "resume " + before, now -> Intentions.resume(asked(before), now, WHO));
        } else {
            begin(wish(sku, KINDS.get(scheduler.between(0, KINDS.size() - 1))));
        }
    }

    void freeze(Sku sku) {
        begin(Wish.of(RebalanceKind.FREEZE, sku));
    }

    private Wish wish(Sku sku, RebalanceKind kind) {
        boolean gathersThere = kind == RebalanceKind.GATHER && scheduler.chance(0.3);
        return new Wish(
                kind,
                sku,
                null,
                kind == RebalanceKind.SLOTS ? scheduler.between(1, MOST_SLOTS) : null,
                gathersThere ? scheduler.between(0, MOST_SLOTS - 1) : null);
    }

    private void begin(Wish wish) {
        long id = ++ids;
        known.put(
                id, new Known(wish, new Rebalance(id, wish.kind(), RebalanceState.PLANNED, wish.target(), List.of())));
        decide(wish.needSku(), wish.kind() + " " + wish.inWords(), now -> Intentions.begin(wish, id, now, WHO));
    }

    /** What becomes of what operators want of a SKU. */
    private interface Decision {
        Intentions.OfSku on(SkuIntentions now);
    }

    private void decide(Sku sku, String what, Decision decision) {
        SkuBook book = books.book(sku);
        Rebalance open = book.rebalance();
        if (open != null) {
            // The leader has taken its moves on since.
            known.computeIfPresent(open.id(), (id, one) -> new Known(one.wish(), open));
        }
        SkuIntentions now =
                new SkuIntentions(book.frozen(), open == null ? null : open.id(), book.slots(), book.plan());
        Intentions.OfSku change = orRefused(what + " of " + sku, () -> decision.on(now));
        if (change != null) {
            write(sku, change);
        }
    }

    private Intentions.Asked asked(long id) {
        Known one = known.get(id);
        if (one == null) {
            throw new IllegalStateException("rebalance " + id + " (expected: one that was asked for)");
        }
        return one.asked();
    }

    private <T> @Nullable T orRefused(String what, Supplier<T> decision) {
        try {
            T change = decision.get();
            trace.say(scheduler, what);
            return change;
        } catch (RefusedIntentionException e) {
            trace.say(scheduler, what + ": refused, " + e.getMessage());
            return null;
        }
    }

    /** And sometimes another plan for how its units are given out. */
    private void write(Sku sku, Intentions.OfSku change) {
        for (Intentions.Turn turn : change.turns()) {
            known.computeIfPresent(turn.id(), (id, one) -> new Known(one.wish(), turned(one.rebalance(), turn)));
            if (turn.state() == RebalanceState.STOPPED) {
                stopped.put(sku, turn.id());
            } else {
                stopped.remove(sku, turn.id());
            }
        }
        SkuIntentions after = change.sku();
        Long id = after.rebalance();
        Known open = id == null ? null : known.get(id);
        SkuPlan plan = scheduler.chance(0.2) ? plan() : after.plan();
        books.intend(
                sku,
                book -> book.withIntentions(
                        after.frozen(), after.slots(), plan, open == null ? null : open.rebalance()));
        tell(sku);
        if (after.frozen()) {
            scheduler.after(scheduler.micros(5_000, 200_000), () -> unfreeze(sku));
        }
    }

    private static Rebalance turned(Rebalance rebalance, Intentions.Turn turn) {
        return new Rebalance(rebalance.id(), rebalance.kind(), turn.state(), rebalance.slot(), rebalance.moves());
    }

    private SkuPlan plan() {
        return new SkuPlan(
                scheduler.chance(0.5) ? (long) scheduler.between(1, 20) : null,
                scheduler.chance(0.5) ? Duration.ofMillis(scheduler.between(10, 200)) : null,
                scheduler.chance(0.5) ? (long) scheduler.between(1, 10) : null,
                scheduler.chance(0.5) ? (long) scheduler.between(1, 20) : null,
                scheduler.chance(0.5) ? scheduler.between(1, 100) : null);
    }

    private void unfreeze(Sku sku) {
        if (books.book(sku).frozen()) {
            begin(Wish.of(RebalanceKind.UNFREEZE, sku));
        }
    }

    private void tell(Sku sku) {
        if (left || scheduler.chance(0.7)) {
            Set<Sku> one = Set.of(sku);
            leaders.forEach(leader -> leader.onIntentions(one));
        }
    }

    /** Fills the pool up to a level, or grants some units, whoever leads. */
    void grant(Sku sku) {
        Operator by = Operator.named(WHO);
        int units = scheduler.between(1, 30);
        OperatorGrant order = scheduler.chance(0.7)
                ? OperatorGrant.upTo(units, sku, by)
                : OperatorGrant.of(
                        sku,
                        units,
                        scheduler.chance(0.5)
                                ? OptionalInt.empty()
                                : OptionalInt.of(scheduler.between(0, MOST_SLOTS - 1)),
                        by);
        trace.say(scheduler, (order.topsUp() ? "top up to " : "allocate ") + units + " of " + sku);
        for (Leader leader : leaders) {
            var unused = leader.carryOut(sku, term -> granted(term, order));
        }
    }

    /** Whether anything came of it. */
    private boolean granted(long term, OperatorGrant order) {
        try {
            store.grant(term, order);
            return true;
        } catch (GrantRefusedException | LeadershipLostException | SimStore.StoreFault e) {
            trace.say(scheduler, "not granted: " + e.getMessage());
            return false;
        }
    }

    /** Nobody holds its units back: it has no plan of its own for how they are given out. */
    void forgetPlan(Sku sku) {
        books.intend(sku, book -> book.withIntentions(book.frozen(), book.slots(), SkuPlan.NONE, book.rebalance()));
        tell(sku);
    }

    // ---- Nodes

    /**
     * Drains a node for a while, if the leader sees another one that could take its partitions.
     *
     * @param incarnation one of it
     */
    void drain(String incarnation) {
        String node = NodeEntry.nameOf(incarnation);
        for (Leader leader : leaders) {
            var unused = leader.look().thenApply(LeaderLook::live).thenAccept(live -> drain(node, live));
        }
    }

    private void drain(String node, LiveNodes live) {
        // Some time after it was looked: nodes may have died since.
        scheduler.after(scheduler.micros(100, 5_000), () -> {
            long id = ++ids;
            Wish wish = Wish.drain(node);
            if (!left
                    && orRefused("drain " + node, () -> Intentions.drain(wish, id, books.stand(node, live))) != null) {
                books.drain(node, id);
                drained.add(node);
                leaders.forEach(Leader::onDrains);
                scheduler.after(scheduler.micros(10_000, 300_000), () -> undrain(node));
            }
        });
    }

    private void undrain(String node) {
        if (drained.remove(node)) {
            trace.say(scheduler, "undrain " + node);
            books.undrain(node);
            leaders.forEach(Leader::onDrains);
        }
    }

    /** Everything may be sold again; what is open goes on. */
    void leave(List<Sku> skus) {
        left = true;
        skus.forEach(this::unfreeze);
        List.copyOf(drained).forEach(this::undrain);
    }
}
