// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.allocation.TakeoverSnapshot.Earlier;
import io.granary.allocator.allocation.TakeoverSnapshot.LaneStand;
import io.granary.allocator.store.AllocationMapper.EpochRow;
import io.granary.model.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a new owner is told of a partition's earlier epochs: all that may live, and of the others those whose ids may be in
 * the id window; and how old the ids are at least that it is not told of. Not thread-safe.
 */
final class EarlierEpochs {
    /** Epochs whose fence has settled, told for their request ids. */
    private static final int MOST_FENCED = 64;

    private static final long NOW = 1;

    private final Map<Integer, LaneStand> stands;
    private final List<Earlier> told = new ArrayList<>();
    private int fenced;
    private long leftOutAgeMillis = TakeoverSnapshot.NONE_LEFT_OUT;

    EarlierEpochs(Map<Integer, LaneStand> stands) {
        this.stands = stands;
    }

    /** The next older epoch. */
    void add(EpochRow epoch) {
        if (!epoch.fenced()) {
            tell(epoch);
            return;
        }
        if (epoch.seq() == 0) {
            // It never said anything.
            return;
        }
        LaneStand stand = stands.get(epoch.lane());
        if (stand != null && epoch.end() > 0 && epoch.end() <= stand.window()) {
            leaveOut(stand.windowAgeMillis());
        } else if (fenced++ < MOST_FENCED) {
            tell(epoch);
        } else {
            leaveOut(NOW);
        }
    }

    private void tell(EpochRow epoch) {
        told.add(new Earlier(
                epoch.epoch(), epoch.lane(), epoch.seq(), epoch.fenced(), epoch.firstOffset(), epoch.end()));
    }

    /** Of ids that are older than that, some are not told. */
    void leaveOut(long ageMillis) {
        long age = Math.max(NOW, ageMillis);
        leftOutAgeMillis = leftOutAgeMillis == TakeoverSnapshot.NONE_LEFT_OUT ? age : Math.min(leftOutAgeMillis, age);
    }

    TakeoverSnapshot.History history(PartitionId id, PartitionBook book) {
        return new TakeoverSnapshot.History(id, book, told, leftOutAgeMillis);
    }
}
