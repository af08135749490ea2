// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/**
 * What a rebalance would do if it were applied now. Nothing was changed.
 *
 * @param possible whether it can be applied
 * @param reason in words, one line
 * @param units that would be moved, in all
 * @param moves the first 1,000 of them
 * @param moveCount how many there are
 */
public record RebalancePlan(
        RebalanceKind kind, boolean possible, String reason, long units, int moveCount, List<RebalanceMoveView> moves) {
    public RebalancePlan {
        moves = List.copyOf(moves);
    }
}
