// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.RefusedIntentionException.Why;
import io.granary.allocator.store.DecisionMapper.PartitionRow;
import io.granary.api.LaneView;
import io.granary.api.OperationKind;
import io.granary.model.Sku;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What operators decide where Granary can't go on by itself: to pass over a record that nobody can read, to end the halt of
 * a partition. Each is noted with who decided and why. Thread-safe; blocks its caller.
 */
public final class SqlDecisions {
    private final TransactionRunner transactions;

    public SqlDecisions(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /** All lanes, by number. */
    public List<LaneView> lanes() {
        return transactions.call(
                session -> session.getMapper(DecisionMapper.class).lanes());
    }

    /** Whether this record is passed over. */
    public boolean isSkipped(int lane, long offset, long print) {
        return transactions.call(
                session -> session.getMapper(DecisionMapper.class).skips(lane, offset, print) > 0);
    }

    /**
     * Has a record passed over that nobody can read: by settlement, and by takeovers.
     *
     * @param print tells it from another one at the same offset
     * @throws RefusedIntentionException if the lane is not known, or has settled beyond the record
     */
    public void skip(int lane, long offset, long print, String reason, Operator by) {
        Operations.Request request = new Operations.Request(
                OperationKind.SKIP_RECORD,
                null,
                "lane " + lane + " offset " + offset,
                null,
                "print " + Long.toHexString(print) + ": " + reason);
        once(by, request, session -> {
            DecisionMapper mapper = session.getMapper(DecisionMapper.class);
            Long settled = mapper.settled(lane);
            if (settled == null || settled > offset) {
                throw new RefusedIntentionException(
                        settled == null ? Why.UNKNOWN : Why.CONFLICT,
                        "offset: " + offset + " of lane " + lane + " (expected: "
                                + (settled == null
                                        ? "a lane that the books know"
                                        : "at least " + settled + ", the first that has not settled")
                                + ")");
            }
            mapper.skip(lane, offset, print, reason, by.who());
        });
    }

    /**
     * Ends the halt of a partition: what has left it beside what the books know is written off, the rest may be sold again.
     * Only once the end of each halted epoch has settled: until then more may leave it.
     *
     * @param consumed units that have left it, 0 to what it holds in the books
     * @throws RefusedIntentionException if there is no such partition, it is not halted, may still grow, or holds less
     */
    public void repair(Sku sku, int slot, long consumed, String reason, Operator by) {
        Operations.Request request =
                new Operations.Request(OperationKind.REPAIR_PARTITION, sku, "slot " + slot, consumed, reason);
        once(by, request, session -> {
            DecisionMapper mapper = session.getMapper(DecisionMapper.class);
            Integer id = mapper.skuId(sku);
            if (id == null) {
                throw new RefusedIntentionException(Why.UNKNOWN, "sku: '" + sku + "' (expected: one that is known)");
            }
            List<Boolean> fenced = mapper.lockHalted(id, slot);
            check(sku, slot, consumed, fenced, mapper.lockPartition(id, slot));
            mapper.endHalts(id, slot);
            mapper.consume(id, slot, consumed);
            mapper.writeOff(id, consumed);
        });
    }

    private static void check(
            Sku sku, int slot, long consumed, List<Boolean> fenced, @Nullable PartitionRow partition) {
        if (partition == null || !partition.halted()) {
            throw new RefusedIntentionException(
                    partition == null ? Why.UNKNOWN : Why.CONFLICT,
                    "slot: " + slot + " of " + sku + " (expected: one that is halted, see 'granary admin reconcile')");
        }
        if (fenced.contains(false)) {
            throw new RefusedIntentionException(
                    Why.CONFLICT,
                    "slot: " + slot + " of " + sku + " (expected: one whose halted epochs have ended; a node fences"
                            + " them within seconds, if one is ready and settlement of their lanes goes on)");
        }
        if (consumed > partition.held()) {
            throw new RefusedIntentionException(
                    Why.CONFLICT,
                    "consumed: " + consumed + " of " + sku + "/" + slot + " (expected: at most " + partition.held()
                            + ", what it holds in the books)");
        }
    }

    private void once(Operator by, Operations.Request request, TransactionRunner.Task deed) {
        Operations.run(transactions, by, session -> {
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
                deed.run(session);
                Operations.note(session, by, request);
            }
            return isNew;
        });
    }
}
