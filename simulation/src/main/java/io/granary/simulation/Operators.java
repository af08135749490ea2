// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.Decision;
import io.granary.allocator.allocation.Rebalance;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.control.Leader;
import io.granary.model.Sku;
import io.granary.registry.NodeEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * People who want units elsewhere, at random: they write what they want into the books, as {@code SqlIntentions} does, and
 * tell the leader of it, or leave it to find out. When faults stop they take back what keeps units from being sold.
 */
final class Operators {
    private static final int MOST_SLOTS = 4;
    private static final List<Rebalance.Kind> KINDS = List.of(
            Rebalance.Kind.EVEN,
            Rebalance.Kind.FOLLOW_DEMAND,
            Rebalance.Kind.GATHER,
            Rebalance.Kind.SLOTS,
            Rebalance.Kind.HOME);

    private final Scheduler scheduler;
    private final Trace trace;
    private final Books books;
    private final List<Leader> leaders;
    /** Those that were stopped, by SKU. */
    private final Map<Sku, Rebalance> stopped = new HashMap<>();

    private final Set<String> drained = new TreeSet<>();
    private long ids;
    private boolean left;

    /**
     * @param leaders all that ever were
     */
    Operators(Scheduler scheduler, Trace trace, Books books, List<Leader> leaders) {
        this.scheduler = scheduler;
        this.trace = trace;
        this.books = books;
        this.leaders = leaders;
    }

    /** Begins one; or stops the one that is open, or goes on with one that was stopped. */
    void rebalance(Sku sku) {
        SkuBook book = books.book(sku);
        Rebalance open = book.rebalance();
        Rebalance before = stopped.get(sku);
        if (open != null) {
            if (scheduler.chance(0.5)) {
                trace.say(scheduler, "stop " + open.kind() + " of " + sku);
                stopped.put(sku, open);
                intend(sku, book.frozen(), book.slots(), null);
            }
        } else if (before != null && scheduler.chance(0.5)) {
            boolean isHome = before.kind() == Rebalance.Kind.HOME;
            if (!book.frozen() || isHome) {
                trace.say(scheduler, "resume " + before.kind() + " of " + sku);
                stopped.remove(sku);
                intend(sku, isHome, book.slots(), before);
                unfreezeLater(sku, isHome);
            }
        } else if (!book.frozen()) {
            begin(sku, book, KINDS.get(scheduler.between(0, KINDS.size() - 1)));
        }
    }

    private void begin(Sku sku, SkuBook book, Rebalance.Kind kind) {
        boolean isHome = kind == Rebalance.Kind.HOME;
        int slots = kind == Rebalance.Kind.SLOTS ? scheduler.between(1, MOST_SLOTS) : book.slots();
        int target = kind == Rebalance.Kind.GATHER && scheduler.chance(0.3)
                ? scheduler.between(0, slots - 1)
                : Decision.NO_TARGET;
        trace.say(scheduler, kind + " of " + sku + ", " + slots + " slots, target " + target);
        intend(sku, isHome, slots, new Rebalance(++ids, kind, Rebalance.State.PLANNED, target, List.of()));
        unfreezeLater(sku, isHome);
    }

    /** And sometimes another plan for how its units are given out. */
    private void intend(Sku sku, boolean frozen, int slots, @Nullable Rebalance rebalance) {
        SkuPlan plan = scheduler.chance(0.2) ? plan() : books.book(sku).plan();
        books.intend(sku, book -> book.withIntentions(frozen, slots, plan, rebalance));
        tell(sku);
    }

    private SkuPlan plan() {
        return new SkuPlan(
                scheduler.chance(0.5) ? (long) scheduler.between(1, 20) : null,
                scheduler.chance(0.5) ? Duration.ofMillis(scheduler.between(10, 200)) : null,
                scheduler.chance(0.5) ? (long) scheduler.between(1, 10) : null,
                scheduler.chance(0.5) ? (long) scheduler.between(1, 20) : null,
                scheduler.chance(0.5) ? scheduler.between(1, 100) : null);
    }

    void freeze(Sku sku) {
        SkuBook book = books.book(sku);
        if (book.frozen()) {
            return;
        }
        trace.say(scheduler, "freeze " + sku);
        Rebalance open = book.rebalance();
        if (open != null) {
            stopped.put(sku, open);
        }
        intend(sku, true, book.slots(), null);
        unfreezeLater(sku, true);
    }

    private void unfreezeLater(Sku sku, boolean isFrozen) {
        if (isFrozen) {
            scheduler.after(scheduler.micros(5_000, 200_000), () -> unfreeze(sku));
        }
    }

    private void unfreeze(Sku sku) {
        SkuBook book = books.book(sku);
        if (!book.frozen()) {
            return;
        }
        trace.say(scheduler, "unfreeze " + sku);
        Rebalance open = book.rebalance();
        if (open != null) {
            stopped.put(sku, open);
        }
        intend(sku, false, book.slots(), null);
    }

    /**
     * Drains a node for a while.
     *
     * @param incarnation one of it
     */
    void drain(String incarnation) {
        String node = NodeEntry.nameOf(incarnation);
        trace.say(scheduler, "drain " + node);
        books.drain(node);
        drained.add(node);
        leaders.forEach(Leader::onDrains);
        scheduler.after(scheduler.micros(10_000, 300_000), () -> undrain(node));
    }

    private void undrain(String node) {
        if (drained.remove(node)) {
            trace.say(scheduler, "undrain " + node);
            books.undrain(node);
            leaders.forEach(Leader::onDrains);
        }
    }

    private void tell(Sku sku) {
        if (left || scheduler.chance(0.7)) {
            Set<Sku> one = Set.of(sku);
            leaders.forEach(leader -> leader.onIntentions(one));
        }
    }

    /** Everything may be sold again; what is open goes on. */
    void leave(List<Sku> skus) {
        left = true;
        skus.forEach(this::unfreeze);
        List.copyOf(drained).forEach(this::undrain);
    }
}
