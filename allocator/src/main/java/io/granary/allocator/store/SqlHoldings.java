// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import java.util.List;

/** What nodes hold, for the console. Thread-safe; blocks its caller. */
public final class SqlHoldings {
    private final TransactionRunner transactions;

    public SqlHoldings(TransactionRunner transactions) {
        this.transactions = transactions;
    }

    /** Of all nodes that own a partition, also of those that are gone; reads all partitions. */
    public List<Holdings> byNode() {
        return transactions.call(
                session -> session.getMapper(HoldingsMapper.class).byNode());
    }
}
