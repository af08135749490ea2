// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.RefusedIntentionException.Why;
import io.granary.api.OperationKind;
import io.granary.model.Sku;
import java.util.Objects;
import java.util.Optional;
import org.apache.ibatis.exceptions.PersistenceException;
import org.apache.ibatis.session.SqlSession;
import org.jspecify.annotations.Nullable;

/**
 * Notes what operators do, in the transaction that does it, and has each request done once: who does something asks {@link
 * #before} whether it was done, does it if not, and {@link #note}s it. Of two at the same time, the database refuses the
 * second one's note; {@link #run} does that one again, and it finds the first.
 */
final class Operations {
    private static final int MOST_WHAT = 512;

    /** What was asked for, all of it: two requests that are equal are the same one. */
    record Request(
            OperationKind kind,
            @Nullable Sku sku,
            @Nullable String subject,
            @Nullable Long units,
            String what) {
        Request {
            what = what.length() <= MOST_WHAT ? what : what.substring(0, MOST_WHAT - 1) + "…";
        }

        static Request ofSku(OperationKind kind, Sku sku) {
            return new Request(kind, sku, null, null, "");
        }

        static Request ofTask(OperationKind kind, String task, @Nullable Sku sku, String what) {
            return new Request(kind, sku, task, null, what);
        }
    }

    /**
     * What was done for a request before.
     *
     * @param rebalance the one that it began
     * @param answer as it was noted
     */
    record Done(@Nullable Long rebalance, @Nullable String answer) {}

    private Operations() {}

    /** Runs a transaction that notes what it does. */
    static <T> T run(TransactionRunner transactions, Operator by, TransactionRunner.Work<T> work) {
        try {
            return transactions.call(work);
        } catch (PersistenceException e) {
            if (by.key() != null && SqlFault.of(e) == SqlFault.DUPLICATE_KEY) {
                return transactions.call(work);
            }
            throw e;
        }
    }

    /**
     * What was done for this request already.
     *
     * @throws RefusedIntentionException if its key was used for another one
     */
    static Optional<Done> before(SqlSession session, Operator by, Request request) {
        String key = by.key();
        OperationMapper.Row row =
                key == null ? null : session.getMapper(OperationMapper.class).find(key);
        if (row == null) {
            return Optional.empty();
        }
        Request first = new Request(row.kind(), row.sku(), row.subject(), row.units(), row.what());
        if (!first.equals(request)) {
            throw new RefusedIntentionException(
                    Why.CONFLICT,
                    "Idempotency-Key: '" + key + "' (expected: another one; it was used for " + first.kind()
                            + (first.sku() == null ? "" : " of " + first.sku())
                            + (first.subject() == null ? "" : ", " + first.subject())
                            + (first.units() == null ? "" : ", " + first.units() + " units")
                            + (first.what().isEmpty() ? "" : ", " + first.what()) + ")");
        }
        return Optional.of(new Done(row.rebalance(), row.answer()));
    }

    /** Whether this request was not done yet. */
    static boolean isNew(SqlSession session, Operator by, Request request) {
        return before(session, by, request).isEmpty();
    }

    /** Notes what was done. */
    static void note(SqlSession session, Operator by, Request request) {
        note(session, by, request, new Done(null, null));
    }

    /** Notes what was done, and what came of it. */
    static void note(SqlSession session, Operator by, Request request, Done done) {
        session.getMapper(OperationMapper.class)
                .insert(new OperationMapper.Row(
                        by.key(),
                        request.kind(),
                        request.sku(),
                        request.subject(),
                        request.units(),
                        request.what(),
                        by.who(),
                        done.rebalance(),
                        done.answer()));
    }

    /** The value; for what a row must have. */
    static <T> T noted(@Nullable T value, String what) {
        return Objects.requireNonNull(value, () -> what + " was not noted");
    }
}
