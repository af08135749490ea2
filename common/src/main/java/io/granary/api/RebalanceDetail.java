// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** A rebalance and its moves; a drain has none, but partitions. */
public record RebalanceDetail(RebalanceView rebalance, List<RebalanceMoveView> moves) {
    public RebalanceDetail {
        moves = List.copyOf(moves);
    }
}
