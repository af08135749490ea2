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
 * @param lanes the positions of every lane named in earlier epochs, and perhaps of more
 */
public record TakeoverSnapshot(List<History> partitions, Map<Integer, LaneStand> lanes) {
    public TakeoverSnapshot {
        partitions = List.copyOf(partitions);
        lanes = ImmutableMap.copyOf(lanes);
    }

    /** Of {@link History#leftOutAgeMillis}: none was left out. */
    public static final long NONE_LEFT_OUT = -1;

    /**
     * A partition at its present epoch, and the earlier epochs that its owner must fence or whose ids it must know.
     *
     * @param leftOutAgeMillis the ids of all epochs that are left out are older than this, in ms by the books' clock, at
     *     least 1; {@link #NONE_LEFT_OUT} if there are none
     */
    public record History(PartitionId partition, PartitionBook book, List<Earlier> earlier, long leftOutAgeMillis) {
        public History {
            earlier = List.copyOf(earlier);
        }
    }

    /**
     * An earlier epoch.
     *
     * @param seq the last settled
     * @param fenced its fence has settled
     * @param first its settled sections stand at offsets from this one on
     * @param end and below this one; 0 if that is not known, and then somewhere below what has settled
     */
    public record Earlier(long epoch, int lane, long seq, boolean fenced, long first, long end) {}

    /**
     * A lane.
     *
     * @param settled the offset of the first record that has not settled
     * @param window the offset at which the id window begins; at most settled
     * @param windowAgeMillis the age of the mark at which the window begins, by the books' clock: all request ids that
     *     were applied since are in the window; 0 if it begins with the lane and has them all
     * @param skips records that have not settled and are to be passed over
     */
    public record LaneStand(long settled, long window, long windowAgeMillis, List<Skip> skips) {
        public LaneStand {
            skips = List.copyOf(skips);
        }

        /** One in which nothing is passed over. */
        public LaneStand(long settled, long window, long windowAgeMillis) {
            this(settled, window, windowAgeMillis, List.of());
        }
    }

    /**
     * A record that nobody can read, and that an operator has decided to pass over.
     *
     * @param print tells it from another record at the same offset
     */
    public record Skip(long offset, long print) {}
}
