// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Decision;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Rebalance.Kind;
import io.granary.allocator.allocation.Rebalance.State;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.schedule.RebalanceWish;
import io.granary.allocator.store.RebalanceMapper.DrainRow;
import io.granary.allocator.store.RebalanceMapper.IntentionRow;
import io.granary.allocator.store.RebalanceMapper.MoveRow;
import io.granary.allocator.store.RebalanceMapper.NewRebalance;
import io.granary.allocator.store.RebalanceMapper.OwnedRow;
import io.granary.allocator.store.RebalanceMapper.RebalanceRow;
import io.granary.allocator.store.RefusedIntentionException.Why;
import io.granary.api.OperationKind;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.List;
import java.util.Optional;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what operators want, for the leader to make true, and tells how far that is. Each method is one
 * transaction; any allocator may call them, whether it leads or not: the leader finds what is written with its next
 * sweep, or at once if it is told.
 *
 * <p>One rebalance of a SKU is open at a time. A freeze stops it, and what stops it leaves everything where it is: what was
 * moved stays moved. Thread-safe; blocks its caller. Any method may fail with the exceptions of the database.
 */
public final class SqlIntentions {
    /**
     * What an operator asks for.
     *
     * @param sku of every kind but DRAIN
     * @param node of DRAIN: its configured name
     * @param slots of SLOTS: how many, 1 to 1024; of GATHER: the slot, or null for the fullest
     */
    public record Wish(
            Kind kind,
            @Nullable Sku sku,
            @Nullable String node,
            @Nullable Integer slots) {
        /**
         * @throws RefusedIntentionException if it says too much or too little
         */
        public Wish {
            boolean isDrain = kind == Kind.DRAIN;
            if (isDrain ? node == null : sku == null) {
                throw invalid((isDrain ? "node" : "sku") + ": none (expected: one, for " + kind + ")");
            }
            if (isDrain ? sku != null : node != null) {
                throw invalid((isDrain ? "sku: " + sku : "node: " + node) + " (expected: none, for " + kind + ")");
            }
            if (kind == Kind.SLOTS && (slots == null || slots < 1 || slots > PartitionId.MAX_SLOTS)) {
                throw invalid("slots: " + slots + " (expected: 1 to " + PartitionId.MAX_SLOTS + ")");
            }
            if (kind != Kind.SLOTS && kind != Kind.GATHER && slots != null) {
                throw invalid("slots: " + slots + " (expected: none, for " + kind + ")");
            }
        }

        /** The slot in which units are to be gathered, or {@link Decision#NO_TARGET}. */
        public int target() {
            return kind == Kind.GATHER && slots != null ? slots : Decision.NO_TARGET;
        }

        private Sku needSku() {
            if (sku == null) {
                throw invalid("sku: none (expected: one, for " + kind + ")");
            }
            return sku;
        }

        private String needNode() {
            if (node == null) {
                throw invalid("node: none (expected: one, for " + kind + ")");
            }
            return node;
        }
    }

    private final TransactionRunner transactions;

    public SqlIntentions(Database database) {
        transactions = database.transactions();
    }

    private static RefusedIntentionException invalid(String message) {
        return new RefusedIntentionException(Why.INVALID, message);
    }

    private static RefusedIntentionException conflict(String message) {
        return new RefusedIntentionException(Why.CONFLICT, message);
    }

    private static RefusedIntentionException unknown(String message) {
        return new RefusedIntentionException(Why.UNKNOWN, message);
    }

    // ---- Rebalances

    /**
     * Writes it down.
     *
     * @return its id; for a request that was carried out before, of the one that it began
     * @throws RefusedIntentionException if it can't be had
     */
    public long apply(Wish wish, Operator by) {
        return Operations.run(transactions, by, session -> {
            Optional<Operations.Done> before = Operations.before(session, by, request(wish));
            return before.isPresent()
                    ? Operations.noted(before.get().rebalance(), "the rebalance of " + wish)
                    : apply(session, wish, by);
        });
    }

    private static Operations.Request request(Wish wish) {
        Integer slots = wish.slots();
        String what = slots == null ? "" : wish.kind() == Kind.GATHER ? "in slot " + slots : "to " + slots + " slots";
        return new Operations.Request(OperationKind.valueOf(wish.kind().name()), wish.sku(), wish.node(), null, what);
    }

    /** What a task wants, in the transaction of its run: {@link RebalanceIntention}. */
    public static String begin(SqlSession session, RebalanceWish wish, @Nullable Sku sku, Operator by) {
        Integer slots = wish.slots() == 0 ? null : wish.slots();
        return "rebalance " + apply(session, new Wish(wish.kind(), sku, wish.node(), slots), by);
    }

    private static long apply(SqlSession session, Wish wish, Operator by) {
        RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
        long id = wish.kind() == Kind.DRAIN ? drain(mapper, wish, by.who()) : ofSku(mapper, wish, by.who());
        Operations.note(session, by, request(wish), new Operations.Done(id, null));
        return id;
    }

    private static long ofSku(RebalanceMapper mapper, Wish wish, String who) {
        IntentionRow sku = lock(mapper, wish.needSku());
        return switch (wish.kind()) {
            case FREEZE -> freeze(mapper, sku, true, wish, who);
            case UNFREEZE -> freeze(mapper, sku, false, wish, who);
            case EVEN, FOLLOW_DEMAND, GATHER, SLOTS, HOME -> begin(mapper, sku, wish, who);
            case DRAIN -> throw invalid("kind: DRAIN (expected: one of a SKU)");
        };
    }

    /**
     * Why the present state of a SKU does not allow what is wished of it; null if it does.
     *
     * @throws RefusedIntentionException if the SKU is unknown, or it makes no sense
     */
    public @Nullable String refusal(Wish wish) {
        IntentionRow sku =
                transactions.call(session -> known(session.getMapper(RebalanceMapper.class), wish.needSku()));
        if (wish.kind() == Kind.FREEZE || wish.kind() == Kind.UNFREEZE) {
            return null;
        }
        try {
            slotsOf(sku, wish);
            return null;
        } catch (RefusedIntentionException e) {
            if (e.why() == Why.CONFLICT) {
                return e.getMessage();
            }
            throw e;
        }
    }

    private static IntentionRow lock(RebalanceMapper mapper, Sku sku) {
        IntentionRow row = mapper.lockIntentions(sku.code());
        if (row == null) {
            throw unknown("sku: '" + sku + "' (expected: one that was restocked before)");
        }
        return row;
    }

    /** How many slots there shall be, if it can be had. */
    private static int slotsOf(IntentionRow sku, Wish wish) {
        if (sku.rebalance() != null) {
            throw conflict("sku: '" + wish.sku() + "' has rebalance " + sku.rebalance()
                    + " under way (expected: none; wait for it, or stop it)");
        }
        if (sku.frozen() && wish.kind() != Kind.HOME) {
            throw conflict("sku: '" + wish.sku() + "' is frozen (expected: one that is not; unfreeze it first)");
        }
        int slots = sku.slots();
        if (wish.slots() != null && wish.kind() == Kind.SLOTS) {
            slots = wish.slots();
        }
        if (wish.target() >= slots) {
            throw invalid("slot: " + wish.target() + " (expected: 0 to " + (slots - 1) + ")");
        }
        return slots;
    }

    private static long begin(RebalanceMapper mapper, IntentionRow sku, Wish wish, String who) {
        int slots = slotsOf(sku, wish);
        long id = insert(mapper, wish, sku.id(), null, who, State.PLANNED);
        mapper.intend(sku.id(), sku.frozen() || wish.kind() == Kind.HOME, id, slots);
        return id;
    }

    private static long freeze(RebalanceMapper mapper, IntentionRow sku, boolean frozen, Wish wish, String who) {
        Long open = sku.rebalance();
        Long goesOn = open;
        if (open != null && sku.frozen() != frozen) {
            mapper.lockState(open);
            mapper.become(open, State.STOPPED.name(), "the SKU was " + (frozen ? "frozen" : "unfrozen") + " by " + who);
            goesOn = null;
        }
        long id = insert(mapper, wish, sku.id(), null, who, State.PLANNED);
        mapper.become(
                id,
                State.DONE.name(),
                sku.frozen() == frozen ? "it was " + (frozen ? "frozen" : "not frozen") + " before" : null);
        mapper.intend(sku.id(), frozen, goesOn, sku.slots());
        return id;
    }

    private static long insert(
            RebalanceMapper mapper,
            Wish wish,
            @Nullable Integer sku,
            @Nullable Integer partitions,
            String who,
            State state) {
        NewRebalance row =
                new NewRebalance(wish.kind().name(), sku, wish.node(), wish.slots(), partitions, who, state.name());
        mapper.insert(row);
        return row.id;
    }

    /**
     * Stops one that is open: nothing more is moved for it. A drain that is stopped lets its node get partitions again.
     *
     * @throws RefusedIntentionException if there is none, or it is not open
     */
    public void stop(long id, Operator by) {
        once(OperationKind.STOP_REBALANCE, id, by, (session, row) -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            IntentionRow sku = row.sku() == null ? null : lock(mapper, new Sku(row.sku()));
            State state = lockState(mapper, id);
            if (!state.isOpen()) {
                throw conflict("rebalance " + id + " is " + state + " (expected: PLANNED or RUNNING)");
            }
            mapper.become(id, State.STOPPED.name(), "by " + by.who());
            if (sku != null) {
                mapper.intend(sku.id(), sku.frozen(), null, sku.slots());
            } else {
                mapper.undrain(String.valueOf(row.node()));
            }
        });
    }

    /**
     * Goes on with one that was stopped.
     *
     * @throws RefusedIntentionException if there is none, it was not stopped, or its SKU is frozen or has another one open
     */
    public void resume(long id, Operator by) {
        once(OperationKind.RESUME_REBALANCE, id, by, (session, row) -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            IntentionRow sku = row.sku() == null ? null : lock(mapper, new Sku(row.sku()));
            State state = lockState(mapper, id);
            if (state != State.STOPPED) {
                throw conflict("rebalance " + id + " is " + state + " (expected: STOPPED)");
            }
            if (sku == null) {
                mapper.drain(String.valueOf(row.node()), by.who());
                mapper.become(id, State.RUNNING.name(), "resumed by " + by.who());
                return;
            }
            Kind kind = Kind.valueOf(row.kind());
            if (sku.rebalance() != null) {
                throw conflict("sku: '" + row.sku() + "' has rebalance " + sku.rebalance()
                        + " under way (expected: none; wait for it, or stop it)");
            }
            if (sku.frozen() && kind != Kind.HOME) {
                throw conflict("sku: '" + row.sku() + "' is frozen (expected: one that is not; unfreeze it first)");
            }
            Integer slots = row.slots();
            mapper.intend(sku.id(), kind == Kind.HOME, id, kind == Kind.SLOTS && slots != null ? slots : sku.slots());
            State next = row.moves() == 0 ? State.PLANNED : State.RUNNING;
            mapper.become(id, next.name(), "resumed by " + by.who());
        });
    }

    /** What is done to a rebalance. */
    @FunctionalInterface
    private interface Deed {
        void to(SqlSession session, RebalanceRow rebalance);
    }

    private void once(OperationKind kind, long id, Operator by, Deed deed) {
        Operations.run(transactions, by, session -> {
            RebalanceRow row = find(session.getMapper(RebalanceMapper.class), id);
            Sku sku = row.sku() == null ? null : new Sku(row.sku());
            Operations.Request request = new Operations.Request(kind, sku, String.valueOf(id), null, "");
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
                deed.to(session, row);
                Operations.note(session, by, request);
            }
            return isNew;
        });
    }

    private static State lockState(RebalanceMapper mapper, long id) {
        String state = mapper.lockState(id);
        if (state == null) {
            throw unknown(id);
        }
        return State.valueOf(state);
    }

    private static RefusedIntentionException unknown(long id) {
        return unknown("rebalance: " + id + " (expected: one that was applied)");
    }

    private static RebalanceRow find(RebalanceMapper mapper, long id) {
        RebalanceRow row = mapper.rebalance(id);
        if (row == null) {
            throw unknown(id);
        }
        return row;
    }

    /**
     * How far it is.
     *
     * @throws RefusedIntentionException if there is none
     */
    public RebalanceRow rebalance(long id) {
        return transactions.call(session -> find(session.getMapper(RebalanceMapper.class), id));
    }

    /** Its moves, in order; none of one that is not planned yet, or that moves no units. */
    public List<MoveRow> moves(long id) {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).moves(List.of(id)));
    }

    /**
     * The newest ones, newest first.
     *
     * @param sku only those of it; null: all
     * @param limit 1 or more
     * @throws RefusedIntentionException if there is no such SKU
     */
    public List<RebalanceRow> rebalances(@Nullable Sku sku, int limit) {
        return transactions.call(session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            return sku == null
                    ? mapper.newest(limit)
                    : mapper.newestOf(known(mapper, sku).id(), limit);
        });
    }

    private static IntentionRow known(RebalanceMapper mapper, Sku sku) {
        IntentionRow row = mapper.intentions(sku.code());
        if (row == null) {
            throw unknown("sku: '" + sku + "' (expected: one that was restocked before)");
        }
        return row;
    }

    // ---- Nodes

    private static long drain(RebalanceMapper mapper, Wish wish, String who) {
        String node = wish.needNode();
        mapper.drain(node, who);
        List<RebalanceMapper.OpenRow> open = mapper.openDrains(node);
        if (!open.isEmpty()) {
            throw conflict("node: '" + node + "' is being drained by rebalance "
                    + open.get(0).id() + " (expected: one that is not)");
        }
        return insert(mapper, wish, null, mapper.ownedPartitions(node), who, State.RUNNING);
    }

    /**
     * Lets a node get partitions again.
     *
     * @throws RefusedIntentionException if it is not drained
     */
    public void undrain(String node, Operator by) {
        Operations.Request request = new Operations.Request(OperationKind.UNDRAIN, null, node, null, "");
        Operations.run(transactions, by, session -> {
            if (!Operations.isNew(session, by, request)) {
                return false;
            }
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            if (mapper.undrain(node) == 0) {
                throw conflict("node: '" + node + "' is not drained (expected: one that is)");
            }
            mapper.openDrains(node).forEach(open -> {
                mapper.lockState(open.id());
                mapper.become(open.id(), State.STOPPED.name(), "undrained by " + by.who());
            });
            Operations.note(session, by, request);
            return true;
        });
    }

    /** The nodes that are drained, ordered by name. */
    public List<DrainRow> drains() {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).drains());
    }

    /** How many partitions the incarnations of a node own. */
    public int ownedPartitions(String node) {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).ownedPartitions(node));
    }

    /** Partitions that the incarnations of a node own, at most so many. */
    public List<OwnedRow> owned(String node, int limit) {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).owned(node, limit));
    }

    // ---- Plans of SKUs

    /**
     * What operators want of a SKU.
     *
     * @param rebalance the one that is open; null: none
     */
    public record SkuIntentions(boolean frozen, @Nullable Long rebalance, int slots, SkuPlan plan) {}

    /**
     * What operators want of a SKU.
     *
     * @throws RefusedIntentionException if there is no such SKU
     */
    public SkuIntentions of(Sku sku) {
        return transactions.call(session -> {
            IntentionRow row = known(session.getMapper(RebalanceMapper.class), sku);
            return new SkuIntentions(row.frozen(), row.rebalance(), row.slots(), plan(row));
        });
    }

    private static SkuPlan plan(IntentionRow row) {
        return Rebalances.plan(
                row.planFirstUnits(),
                row.planHorizonMs(),
                row.planLowWatermark(),
                row.planCeilingUnits(),
                row.planCeilingPercent());
    }

    /**
     * Replaces the plan of a SKU; how many slots it has is a rebalance ({@link Kind#SLOTS}).
     *
     * @throws RefusedIntentionException if there is no such SKU
     */
    public void plan(Sku sku, SkuPlan plan, Operator by) {
        Operations.Request request = new Operations.Request(OperationKind.PLAN, sku, null, null, plan.inWords());
        Operations.run(transactions, by, session -> {
            if (!Operations.isNew(session, by, request)) {
                return false;
            }
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            IntentionRow row = lock(mapper, sku);
            mapper.plan(new IntentionRow(
                    row.id(),
                    row.frozen(),
                    row.rebalance(),
                    row.slots(),
                    plan.firstUnits(),
                    plan.horizon() == null ? null : plan.horizon().toMillis(),
                    plan.lowWatermark(),
                    plan.ceilingUnits(),
                    plan.ceilingPercent()));
            Operations.note(session, by, request);
            return true;
        });
    }
}
