// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.settlement.Lag;
import io.granary.allocator.store.Holdings;
import io.granary.allocator.store.SqlViews;
import io.granary.api.Overview;
import io.granary.api.RebalanceView;
import io.granary.api.SkuPage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Where the feed reads. All of it may be called on any thread. */
public interface Sources {
    /** Whether this allocator leads: only then is there anything to tell. */
    boolean leads();

    /** What the leader sees; fails if it does not lead. */
    CompletableFuture<LeaderLook> look();

    /** So many SKUs of the books at most; blocks. */
    SkuPage skus(int limit);

    /** What nodes hold; blocks. */
    List<Holdings> holdings();

    /** Rebalances that are planned or run, newest first, at most so many; blocks. */
    List<RebalanceView> openRebalances(int limit);

    /** Lanes at which settlement has stopped, with why; blocks. */
    List<String> stoppedLanes();

    /** Partitions that are halted, with why; blocks. */
    SqlViews.Halts halts();

    /** Sums of the books that were found wrong when they were last compared. */
    int drifts();

    /** Of this allocator's settlement. */
    Lag lag();

    List<Overview.AllocatorFigures> allocators();
}
