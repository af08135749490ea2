// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import com.google.common.collect.ImmutableMap;
import io.granary.model.PartitionId;
import java.util.List;
import java.util.Map;

/**
 * Partitions and lanes as settled at one moment.
 *
 * @param partitions that are owned
 * @param lanes the positions of every lane named in earlier epochs
 */
public record TakeoverSnapshot(List<History> partitions, Map<Integer, LaneStand> lanes) {
    public TakeoverSnapshot {
        partitions = List.copyOf(partitions);
        lanes = ImmutableMap.copyOf(lanes);
    }

    /** A partition at its present epoch, and the earlier epochs that its owner must fence or whose ids it must know. */
    public record History(PartitionId partition, PartitionBook book, List<Earlier> earlier) {
        public History {
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * An earlier epoch.
     *
     * @param seq the last settled
     * @param fenced its fence has settled
     */
    public record Earlier(long epoch, int lane, long seq, boolean fenced) {}

    /**
     * A lane.
     *
     * @param settled the offset of the first record that has not settled
     * @param window the offset at which the id window begins; at most settled
     * @param skips records that have not settled and are to be passed over
     */
    public record LaneStand(long settled, long window, List<Skip> skips) {
        public LaneStand {
            skips = List.copyOf(skips);
        }

        /** One in which nothing is passed over. */
        public LaneStand(long settled, long window) {
            this(settled, window, List.of());
        }
    }

    /**
     * A record that nobody can read, and that an operator has decided to pass over.
     *
     * @param print tells it from another record at the same offset
     */
    public record Skip(long offset, long print) {}
}
