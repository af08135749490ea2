// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.granary.allocator.allocation.Grant;
import io.granary.allocator.allocation.GrantRefusedException;
import io.granary.allocator.allocation.OperatorGrant;
import io.granary.allocator.allocation.SkuBook;
import io.granary.api.AllocationView;
import io.granary.api.ApiJson;
import io.granary.api.OperationKind;
import java.util.Optional;
import org.apache.ibatis.session.SqlSession;

/** Units that operators move from inventories to partitions, once for each request. Thread-safe; blocks its caller. */
public final class SqlOperatorGrants {
    private static final JsonMapper JSON = ApiJson.forClient();

    private final TransactionRunner transactions;

    public SqlOperatorGrants(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /**
     * Moves them, and notes who did; for a request that was carried out before it says what it did then.
     *
     * @param term of the leader who does
     * @throws GrantRefusedException if there is no such partition, or the inventory has too little: nothing was done
     * @throws io.granary.allocator.allocation.RefusedIntentionException if the key of this request was used for another one
     * @throws io.granary.allocator.allocation.LeadershipLostException if the term is over
     */
    public AllocationView carryOut(long term, OperatorGrant order) {
        Operations.Request request = new Operations.Request(
                OperationKind.ALLOCATE,
                order.sku(),
                null,
                order.units(),
                order.slot().isPresent() ? "to slot " + order.slot().getAsInt() : "");
        return Operations.run(transactions, order.by(), session -> {
            Optional<Operations.Done> before = Operations.before(session, order.by(), request);
            if (before.isPresent()) {
                return read(Operations.noted(before.get().answer(), "the answer to " + request));
            }
            AllocationView view = grant(session, term, order);
            Operations.note(session, order.by(), request, new Operations.Done(null, written(view)));
            return view;
        });
    }

    private static AllocationView grant(SqlSession session, long term, OperatorGrant order) {
        SkuBook.Changed changed = SqlAllocationStore.grant(session, term, order);
        return new AllocationView(
                order.sku().code(),
                changed.grants().stream().mapToLong(Grant::units).sum(),
                changed.book().inventory(),
                changed.grants().stream()
                        .map(grant -> new AllocationView.Granted(grant.slot(), grant.epoch(), grant.units()))
                        .toList());
    }

    private static String written(AllocationView view) {
        try {
            return JSON.writeValueAsString(view);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that can't be written", e);
        }
    }

    private static AllocationView read(String answer) {
        try {
            return JSON.readValue(answer, AllocationView.class);
        } catch (JsonProcessingException e) {
            throw new BooksException("an answer that can't be read: " + answer, e);
        }
    }
}
