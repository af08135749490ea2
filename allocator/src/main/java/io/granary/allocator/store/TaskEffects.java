// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.schedule.Occasion;
import io.granary.allocator.schedule.RebalanceWish;
import io.granary.allocator.schedule.Step;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskRun.Outcome;
import io.granary.api.OperationKind;
import io.granary.model.Sku;
import java.util.List;
import java.util.Set;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/**
 * What tasks do to the books, in the transaction of their run; the leader makes it true. Locks partitions before SKUs, as
 * all who write them. Thread-safe.
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

    private final RebalanceIntention rebalances;

    TaskEffects(RebalanceIntention rebalances) {
        this.rebalances = rebalances;
    }

    /**
     * @param drifts what does not add up in the books, for a RECONCILE
     */
    Effect apply(SqlSession session, TaskDefinition task, Occasion occasion, List<String> drifts) {
        return switch (task.kind()) {
            case OPEN_SALE -> occasion.step() == Step.PREPARE ? prepare(session, task) : open(session, task);
            case TOP_UP -> topUp(session, task);
            case REBALANCE -> rebalance(session, task);
            case RECONCILE -> reconciled(drifts);
        };
    }

    private static Sku sku(TaskDefinition task) {
        Sku sku = task.sku();
        if (sku == null) {
            throw new IllegalStateException("sku of task " + task.name() + ": none (expected: one)");
        }
        return sku;
    }

    private static Effect open(SqlSession session, TaskDefinition task) {
        Sku sku = sku(task);
        TaskMapper mapper = session.getMapper(TaskMapper.class);
        TaskMapper.SaleRow sale = mapper.sale(sku);
        if (sale == null) {
            return unknown(sku);
        }
        if (mapper.resume(sale.id()) == 0) {
            return new Effect(Outcome.NOTHING, sku + " was selling already", Set.of(sku));
        }
        Operations.note(session, Operator.task(task.name()), Operations.Request.ofSku(OperationKind.RESUME, sku));
        return new Effect(
                Outcome.DONE, sku + " sells; pool " + sale.pool() + ", inventory " + sale.inventory(), Set.of(sku));
    }

    private static Effect unknown(Sku sku) {
        return Effect.failed("sku: '" + sku + "' (expected: one that the books know)");
    }

    /** The leader opens partitions and gives them units by itself, also while the SKU is paused: this looks, and tops up. */
    private static Effect prepare(SqlSession session, TaskDefinition task) {
        Sku sku = sku(task);
        Effect topped = task.units() == 0 ? null : topUp(session, task);
        TaskMapper mapper = session.getMapper(TaskMapper.class);
        TaskMapper.SaleRow sale = mapper.sale(sku);
        if (sale == null) {
            return unknown(sku);
        }
        List<TaskMapper.ShareRow> shares = mapper.lockShares(sale.id());
        long ready = shares.stream()
                .filter(share -> share.slot() < sale.slots() && share.node() != null && share.units() > 0)
                .count();
        String found = ready + " of " + sale.slots() + " partitions of " + sku + " have units";
        if (topped != null) {
            return new Effect(topped.outcome(), found + "; " + topped.detail(), Set.of(sku));
        }
        Outcome outcome = ready == sale.slots() ? Outcome.DONE : Outcome.NOTHING;
        return new Effect(outcome, found + "; pool " + sale.pool() + ", inventory " + sale.inventory(), Set.of(sku));
    }

    private static Effect topUp(SqlSession session, TaskDefinition task) {
        Sku sku = sku(task);
        long level = task.units();
        TaskMapper mapper = session.getMapper(TaskMapper.class);
        TaskMapper.SaleRow known = mapper.sale(sku);
        if (known == null) {
            return unknown(sku);
        }
        List<TaskMapper.ShareRow> shares = mapper.lockShares(known.id());
        TaskMapper.SaleRow sale = mapper.lockSale(known.id());
        List<TaskMapper.ShareRow> open = shares.stream()
                .filter(share -> share.slot() < sale.slots() && share.epoch() > 0)
                .toList();
        if (sale.frozen()) {
            return Effect.failed("sku: '" + sku + "' is frozen (expected: one that is not)");
        }
        if (sale.pool() >= level) {
            return new Effect(Outcome.NOTHING, "pool " + sale.pool() + " of " + level, Set.of());
        }
        // The plan says what the pool may have at most, whoever fills it up by rule.
        long room = sale.room();
        long missing = Math.min(level - sale.pool(), room);
        String capped = room < Math.min(level - sale.pool(), sale.inventory())
                ? ", the most that the plan of the SKU allows"
                : "";
        if (missing == 0) {
            return new Effect(
                    Outcome.NOTHING,
                    "pool " + sale.pool() + " of " + level + capped + ", inventory " + sale.inventory(),
                    Set.of());
        }
        if (open.isEmpty()) {
            return Effect.failed("partitions of " + sku + ": none was ever opened (expected: a node that serves)");
        }
        long[] given =
                Level.fill(open.stream().mapToLong(TaskMapper.ShareRow::units).toArray(), missing);
        for (int i = 0; i < given.length; i++) {
            if (given[i] > 0) {
                TaskMapper.ShareRow share = open.get(i);
                mapper.grant(sale.id(), share.slot(), given[i]);
                mapper.noteGrant(sale.id(), share.slot(), share.epoch(), given[i], Grant.Reason.OPERATOR.name());
            }
        }
        mapper.moveToPool(sale.id(), missing);
        Operations.note(
                session,
                Operator.task(task.name()),
                new Operations.Request(OperationKind.ALLOCATE, sku, null, missing, ""));
        return new Effect(
                Outcome.DONE,
                "granted " + missing + " units: pool " + (sale.pool() + missing) + " of " + level + capped
                        + ", inventory "
                        + (sale.inventory() - missing),
                Set.of(sku));
    }

    private Effect rebalance(SqlSession session, TaskDefinition task) {
        RebalanceWish wish = task.rebalance();
        if (wish == null) {
            throw new IllegalStateException("rebalance of task " + task.name() + ": none (expected: one)");
        }
        @Nullable Sku sku = task.sku();
        return new Effect(
                Outcome.DONE,
                rebalances.begin(session, wish, sku, Operator.task(task.name())),
                sku == null ? Set.of() : Set.of(sku),
                sku == null);
    }

    private static Effect reconciled(List<String> drifts) {
        return drifts.isEmpty()
                ? new Effect(Outcome.DONE, "no drift", Set.of())
                : new Effect(Outcome.DRIFT, drifts.size() + ": " + String.join("; ", drifts), Set.of());
    }
}
