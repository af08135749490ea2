// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.Operator;
import io.granary.api.OperationKind;
import io.granary.api.SkuView;
import io.granary.model.Sku;
import java.util.Optional;

/** What operators change of SKUs in the books. Thread-safe; blocks its caller. */
public final class SqlSkus {
    private final TransactionRunner transactions;

    public SqlSkus(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /** Makes a SKU known, without units, if it is not known yet; returns how it stands then. */
    public SkuView create(Sku sku, int slots, boolean paused, Operator by) {
        Operations.Request request = new Operations.Request(
                OperationKind.CREATE, sku, null, null, slots + " slots" + (paused ? ", paused" : ""));
        return Operations.run(transactions, by, session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            if (Operations.isNew(session, by, request) && mapper.sku(sku) == null) {
                mapper.enterSku(sku, slots, paused ? "PAUSED" : "SELLING");
                Operations.note(session, by, request);
            }
            SkuView view = mapper.sku(sku);
            if (view == null) {
                throw new IllegalStateException(sku + " is not there after it was entered");
            }
            return view;
        });
    }

    /** Stops a SKU's sale, or lets it go on; returns how it stands then, if there is such a one. */
    public Optional<SkuView> setPaused(Sku sku, boolean paused, Operator by) {
        Operations.Request request = Operations.Request.ofSku(paused ? OperationKind.PAUSE : OperationKind.RESUME, sku);
        return Operations.run(transactions, by, session -> {
            ViewMapper mapper = session.getMapper(ViewMapper.class);
            if (Operations.isNew(session, by, request) && mapper.setState(sku, paused ? "PAUSED" : "SELLING") > 0) {
                Operations.note(session, by, request);
            }
            return Optional.ofNullable(mapper.sku(sku));
        });
    }
}
