// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.IntentionStore;
import io.granary.allocator.allocation.Intentions;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Move;
import io.granary.allocator.allocation.NodeStand;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.RefusedIntentionException.Why;
import io.granary.allocator.allocation.SkuIntentions;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.store.RebalanceMapper.IntentionRow;
import io.granary.allocator.store.RebalanceMapper.NewRebalance;
import io.granary.allocator.store.RebalanceMapper.OpenRow;
import io.granary.allocator.store.RebalanceMapper.RebalanceRow;
import io.granary.api.OperationKind;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import io.granary.model.Sku;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/** {@link IntentionStore} in MySQL: locks, asks {@link Intentions}, writes. Thread-safe. */
public final class SqlIntentions implements IntentionStore {
    private final TransactionRunner transactions;

    public SqlIntentions(Database database) {
        transactions = database.transactions();
    }

    private static RefusedIntentionException unknown(Sku sku) {
        return new RefusedIntentionException(
                Why.UNKNOWN, "sku: '" + sku + "' (expected: one that was restocked before)");
    }

    // ---- What is wanted

    @Override
    public long apply(Wish wish, LiveNodes live, Operator by) {
        return Operations.run(transactions, by, session -> {
            Optional<Operations.Done> before = Operations.before(session, by, request(wish));
            return before.isPresent()
                    ? Operations.noted(before.get().rebalance(), "the rebalance of " + wish)
                    : begin(session, wish, live, by);
        });
    }

    private static Operations.Request request(Wish wish) {
        return new Operations.Request(
                OperationKind.valueOf(wish.kind().name()), wish.sku(), wish.node(), null, wish.inWords());
    }

    /** Begins what is wished, in somebody's transaction; returns its key. */
    static long begin(SqlSession session, Wish wish, LiveNodes live, Operator by) {
        wish.checked();
        RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
        long id;
        if (wish.kind().isOfNode()) {
            NodeStand now = drain(mapper, wish.needNode(), live, by);
            id = insert(mapper, wish, null, now.owned(), by);
            write(mapper, now.node(), Intentions.drain(wish, id, now));
        } else {
            IntentionRow row = lock(mapper, wish.needSku());
            id = insert(mapper, wish, row.id(), null, by);
            write(mapper, row, Intentions.begin(wish, id, intentions(row), by.who()));
        }
        Operations.note(session, by, request(wish), new Operations.Done(id, null));
        return id;
    }

    /** With the state that says least: what it comes to be is decided next, in the same transaction. */
    private static long insert(
            RebalanceMapper mapper, Wish wish, @Nullable Integer sku, @Nullable Integer partitions, Operator by) {
        Integer slots = wish.slots() == null ? wish.slot() : wish.slots();
        NewRebalance row = new NewRebalance(
                wish.kind().name(), sku, wish.node(), slots, partitions, by.who(), RebalanceState.PLANNED.name());
        mapper.insert(row);
        return row.id;
    }

    @Override
    public Optional<String> obstacle(Wish wish, LiveNodes live) {
        wish.checked();
        try {
            return transactions.call(session -> {
                RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
                if (wish.kind().isOfNode()) {
                    Intentions.drain(wish, 0, stand(mapper, wish.needNode(), mapper.drainedNodes(), live));
                } else {
                    Intentions.begin(wish, 0, intentions(known(mapper, wish.needSku())), "");
                }
                return Optional.<String>empty();
            });
        } catch (RefusedIntentionException e) {
            if (e.why() == Why.CONFLICT) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    @Override
    public void stop(long id, Operator by) {
        once(OperationKind.STOP_REBALANCE, id, by, (mapper, found) -> {
            Sku sku = found.sku();
            if (sku != null) {
                IntentionRow row = lock(mapper, sku);
                write(mapper, row, Intentions.stop(lockAsked(mapper, found), intentions(row), by.who()));
            } else {
                Intentions.Asked asked = lockAsked(mapper, found);
                write(mapper, found.wish().needNode(), Intentions.stopDrain(asked, by.who()));
            }
        });
    }

    @Override
    public void resume(long id, LiveNodes live, Operator by) {
        once(OperationKind.RESUME_REBALANCE, id, by, (mapper, found) -> {
            Sku sku = found.sku();
            if (sku != null) {
                IntentionRow row = lock(mapper, sku);
                write(mapper, row, Intentions.resume(lockAsked(mapper, found), intentions(row), by.who()));
            } else {
                Intentions.Asked asked = lockAsked(mapper, found);
                NodeStand now = drain(mapper, found.wish().needNode(), live, by);
                write(mapper, now.node(), Intentions.resumeDrain(asked, now, by.who()));
            }
        });
    }

    /** What is done to a rebalance. */
    @FunctionalInterface
    private interface Deed {
        void to(RebalanceMapper mapper, RebalanceRow rebalance);
    }

    private void once(OperationKind kind, long id, Operator by, Deed deed) {
        Operations.run(transactions, by, session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            RebalanceRow row = find(mapper, id);
            Operations.Request request = new Operations.Request(kind, row.sku(), String.valueOf(id), null, "");
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
                deed.to(mapper, row);
                Operations.note(session, by, request);
            }
            return isNew;
        });
    }

    @Override
    public void undrain(String node, Operator by) {
        Operations.Request request = new Operations.Request(OperationKind.UNDRAIN, null, node, null, "");
        Operations.run(transactions, by, session -> {
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
                RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
                // Rebalances are locked before drained nodes: one that ends meanwhile is not found again below.
                mapper.openDrains(node).forEach(open -> mapper.lockState(open.id()));
                NodeStand now = stand(mapper, node, mapper.lockDrains(), LiveNodes.UNSEEN);
                write(mapper, node, Intentions.undrain(now, by.who()));
                Operations.note(session, by, request);
            }
            return isNew;
        });
    }

    // ---- Locked

    private static IntentionRow lock(RebalanceMapper mapper, Sku sku) {
        IntentionRow row = mapper.lockIntentions(sku.code());
        if (row == null) {
            throw unknown(sku);
        }
        return row;
    }

    /**
     * Drains a node, and tells where it stands among all that are drained: it is a refusal that takes the drain back. Of two
     * who drain nodes at the same time each waits for the other's row here, so one of them is done again and sees the other.
     */
    private static NodeStand drain(RebalanceMapper mapper, String node, LiveNodes live, Operator by) {
        mapper.drain(node, by.who());
        return stand(mapper, node, mapper.lockDrains(), live);
    }

    private static NodeStand stand(RebalanceMapper mapper, String node, List<String> drained, LiveNodes live) {
        List<OpenRow> open = mapper.openDrains(node);
        return new NodeStand(
                node,
                mapper.ownedPartitions(node),
                Set.copyOf(drained),
                open.isEmpty() ? null : open.get(0).id(),
                live);
    }

    private static Intentions.Asked lockAsked(RebalanceMapper mapper, RebalanceRow found) {
        String state = mapper.lockState(found.id());
        if (state == null) {
            throw unknown(found.id());
        }
        return new Intentions.Asked(found.id(), found.wish(), RebalanceState.valueOf(state), found.moves() > 0);
    }

    // ---- Written

    private static void write(RebalanceMapper mapper, IntentionRow sku, Intentions.OfSku change) {
        write(mapper, change.turns());
        SkuIntentions after = change.sku();
        mapper.intend(sku.id(), after.frozen(), after.rebalance(), after.slots());
    }

    private static void write(RebalanceMapper mapper, String node, Intentions.OfNode change) {
        write(mapper, change.turns());
        // A node that is to be drained is so already.
        if (!change.drained()) {
            mapper.undrain(node);
        }
    }

    private static void write(RebalanceMapper mapper, List<Intentions.Turn> turns) {
        turns.forEach(turn -> mapper.become(turn.id(), turn.state().name(), turn.reason()));
    }

    // ---- How far it is

    private static RefusedIntentionException unknown(long id) {
        return new RefusedIntentionException(Why.UNKNOWN, "rebalance: " + id + " (expected: one that was applied)");
    }

    private static RebalanceRow find(RebalanceMapper mapper, long id) {
        RebalanceRow row = mapper.rebalance(id);
        if (row == null) {
            throw unknown(id);
        }
        return row;
    }

    @Override
    public RebalanceView rebalance(long id) {
        return transactions.call(session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            return Rebalances.view(mapper, find(mapper, id));
        });
    }

    @Override
    public List<Move> moves(long id) {
        return transactions.call(session -> session.getMapper(RebalanceMapper.class).moves(List.of(id)).stream()
                .map(Rebalances::move)
                .toList());
    }

    @Override
    public List<RebalanceView> rebalances(@Nullable Sku sku, int limit) {
        return transactions.call(session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            List<RebalanceRow> rows = sku == null
                    ? mapper.newest(limit)
                    : mapper.newestOf(known(mapper, sku).id(), limit);
            return rows.stream().map(row -> Rebalances.view(mapper, row)).toList();
        });
    }

    // ---- Nodes

    @Override
    public List<Drained> drains() {
        return transactions.call(session -> session.getMapper(RebalanceMapper.class).drains().stream()
                .map(row -> new Drained(row.node(), row.who(), row.since().toInstant(ZoneOffset.UTC)))
                .toList());
    }

    @Override
    public Set<String> others(String node, LiveNodes live) {
        return transactions.call(session -> {
            RebalanceMapper mapper = session.getMapper(RebalanceMapper.class);
            return stand(mapper, node, mapper.drainedNodes(), live).others();
        });
    }

    @Override
    public int ownedPartitions(String node) {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).ownedPartitions(node));
    }

    @Override
    public List<Owned> owned(String node, int limit) {
        return transactions.call(
                session -> session.getMapper(RebalanceMapper.class).owned(node, limit));
    }

    // ---- Plans of SKUs

    private static IntentionRow known(RebalanceMapper mapper, Sku sku) {
        IntentionRow row = mapper.intentions(sku.code());
        if (row == null) {
            throw unknown(sku);
        }
        return row;
    }

    private static SkuIntentions intentions(IntentionRow row) {
        SkuPlan plan = Rebalances.plan(
                row.planFirstUnits(),
                row.planHorizonMs(),
                row.planLowWatermark(),
                row.planCeilingUnits(),
                row.planCeilingPercent());
        return new SkuIntentions(row.frozen(), row.rebalance(), row.slots(), plan);
    }

    @Override
    public SkuIntentions of(Sku sku) {
        return transactions.call(session -> intentions(known(session.getMapper(RebalanceMapper.class), sku)));
    }

    @Override
    public void plan(Sku sku, SkuPlan plan, Operator by) {
        Operations.Request request = new Operations.Request(OperationKind.PLAN, sku, null, null, plan.inWords());
        Operations.run(transactions, by, session -> {
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
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
            }
            return isNew;
        });
    }
}
