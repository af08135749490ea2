// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Operator;
import io.granary.api.OperationKind;
import io.granary.api.OperationView;
import io.granary.model.Sku;
import io.granary.stock.StockUpdate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who did what. Thread-safe; blocks its caller. */
public final class SqlOperations {
    private final TransactionRunner transactions;

    public SqlOperations(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /**
     * What was done, the newest first.
     *
     * @param sku only to this one; null: everything
     * @param before only what has a smaller number
     */
    public List<OperationView> latest(@Nullable Sku sku, long before, int limit) {
        return transactions.call(session -> {
            OperationMapper mapper = session.getMapper(OperationMapper.class);
            List<OperationMapper.ShownRow> rows =
                    sku == null ? mapper.latest(before, limit) : mapper.latestOf(sku, before, limit);
            return rows.stream().map(SqlOperations::view).toList();
        });
    }

    private static OperationView view(OperationMapper.ShownRow row) {
        Sku sku = row.sku();
        return new OperationView(
                row.id(),
                row.done().toInstant(ZoneOffset.UTC),
                row.who(),
                row.kind(),
                sku == null ? null : sku.code(),
                row.subject(),
                row.units(),
                row.what(),
                row.rebalance(),
                row.outcome(),
                row.reason());
    }

    /**
     * Notes that an operator changes stock; to be called before the update is published, which is applied once by its own id.
     *
     * @throws RefusedIntentionException if the key of this request was used for another one
     */
    public void noteStock(StockUpdate update, Operator by) {
        Operations.Request request = new Operations.Request(
                OperationKind.valueOf(update.kind().name()), update.sku(), update.updateId(), update.units(), "");
        Operations.run(transactions, by, session -> {
            boolean isNew = Operations.isNew(session, by, request);
            if (isNew) {
                Operations.note(session, by, request);
            }
            return isNew;
        });
    }
}
