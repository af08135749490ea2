// SPDX-License-Identifier: Apache-2.0
package io.granary.api;

import java.util.List;

/** The newest rebalances, newest first. */
public record RebalanceList(List<RebalanceView> rebalances) {
    public RebalanceList {
        rebalances = List.copyOf(rebalances);
    }
}
