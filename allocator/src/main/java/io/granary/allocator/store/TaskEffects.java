// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.SkuBook;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.schedule.Occasion;
import io.granary.allocator.schedule.Step;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskRun.Outcome;
import io.granary.api.OperationKind;
import io.granary.model.Sku;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/**
 * What tasks do to the books, in the transaction of their run; the leader makes it true. Locks partitions before SKUs, as
 * all who write them.
 */
final class TaskEffects {
    /**
     * What was done.
     *
     * @param changed SKUs of which the leader should look at the books
     * @param drains whether the leader should look which nodes are drained
     */
    record Effect(Outcome outcome, String detail, Set<Sku> changed, boolean drains) {
        Effect(Outcome outcome, String detail, Set<Sku> changed) {
            this(outcome, detail, changed, false);
        }

        static Effect failed(String reason) {
            return new Effect(Outcome.FAILED, reason, Set.of());
        }
    }

    /**
     * What a run has to know of the world beside the books, found out before its transaction began.
     *
     * @param drifts what does not add up, for a RECONCILE
     * @param live for a drain
     */
    record Facts(List<String> drifts, LiveNodes live) {}

    private TaskEffects() {}

    static Effect apply(SqlSession session, long term, TaskDefinition task, Occasion occasion, Facts facts) {
        return switch (task.kind()) {
            case OPEN_SALE -> occasion.step() == Step.PREPARE ? prepare(session, term, task) : open(session, task);
            case TOP_UP -> topUp(session, term, task);
            case REBALANCE -> rebalance(session, task, facts.live());
            case RECONCILE -> reconciled(facts.drifts());
        };
    }

    private static Sku sku(TaskDefinition task) {
        Sku sku = task.sku();
        if (sku == null) {
            throw new IllegalStateException("sku of task " + task.name() + ": none (expected: one)");
        }
        return sku;
    }

    private static Optional<SkuBook> book(SqlSession session, Sku sku) {
        return SqlAllocationStore.load(session, List.of(sku)).stream().findFirst();
    }

    private static Effect unknown(Sku sku) {
        return Effect.failed("sku: '" + sku + "' (expected: one that the books know)");
    }

    private static Effect open(SqlSession session, TaskDefinition task) {
        Sku sku = sku(task);
        Optional<SkuBook> book = book(session, sku);
        if (book.isEmpty()) {
            return unknown(sku);
        }
        if (session.getMapper(TaskMapper.class).resume(book.get().id()) == 0) {
            return new Effect(Outcome.NOTHING, sku + " was selling already", Set.of(sku));
        }
        Operations.note(session, Operator.task(task.name()), Operations.Request.ofSku(OperationKind.RESUME, sku));
        return new Effect(Outcome.DONE, sku + " sells; " + units(book.get()), Set.of(sku));
    }

    private static String units(SkuBook book) {
        return "pool " + book.pool() + ", inventory " + book.inventory();
    }

    /** The leader opens partitions and gives them units by itself, also while the SKU is paused: this looks, and tops up. */
    private static Effect prepare(SqlSession session, long term, TaskDefinition task) {
        Sku sku = sku(task);
        @Nullable Effect topped = task.units() == 0 ? null : topUp(session, term, task);
        Optional<SkuBook> found = book(session, sku);
        if (found.isEmpty()) {
            return unknown(sku);
        }
        SkuBook book = found.get();
        long ready = book.partitions().stream()
                .filter(partition ->
                        partition.slot() < book.slots() && partition.node() != null && partition.held() > 0)
                .count();
        String stands = ready + " of " + book.slots() + " partitions of " + sku + " have units; ";
        if (topped != null) {
            return new Effect(topped.outcome(), stands + topped.detail(), Set.of(sku));
        }
        return new Effect(ready == book.slots() ? Outcome.DONE : Outcome.NOTHING, stands + units(book), Set.of(sku));
    }

    private static Effect topUp(SqlSession session, long term, TaskDefinition task) {
        Sku sku = sku(task);
        Operator by = Operator.task(task.name());
        OperatorGrant order = OperatorGrant.upTo(task.units(), sku, by);
        SkuBook.Changed changed;
        try {
            changed = SqlAllocationStore.grant(session, term, order);
        } catch (GrantRefusedException e) {
            return Effect.failed(String.valueOf(e.getMessage()));
        }
        SkuBook after = changed.book();
        long granted = changed.grants().stream().mapToLong(Grant::units).sum();
        String pool = "pool " + after.pool() + " of " + task.units();
        if (granted == 0 && after.pool() >= task.units()) {
            return new Effect(Outcome.NOTHING, pool, Set.of());
        }
        String stands = pool + (order.isCapped(after) ? ", the most that the plan of the SKU allows" : "")
                + ", inventory " + after.inventory();
        if (granted == 0) {
            return new Effect(Outcome.NOTHING, stands, Set.of());
        }
        Operations.note(session, by, new Operations.Request(OperationKind.ALLOCATE, sku, null, granted, ""));
        return new Effect(Outcome.DONE, "granted " + granted + " units: " + stands, Set.of(sku));
    }

    private static Effect rebalance(SqlSession session, TaskDefinition task, LiveNodes live) {
        Wish wish = task.rebalance();
        if (wish == null) {
            throw new IllegalStateException("rebalance of task " + task.name() + ": none (expected: one)");
        }
        long id = SqlIntentions.begin(session, wish, live, Operator.task(task.name()));
        @Nullable Sku sku = wish.sku();
        return new Effect(
                Outcome.DONE,
                "rebalance " + id,
                sku == null ? Set.of() : Set.of(sku),
                wish.kind().isOfNode());
    }

    private static Effect reconciled(List<String> drifts) {
        return drifts.isEmpty()
                ? new Effect(Outcome.DONE, "no drift", Set.of())
                : new Effect(Outcome.DRIFT, drifts.size() + ": " + String.join("; ", drifts), Set.of());
    }
}
