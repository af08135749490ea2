// SPDX-License-Identifier: Apache-2.0
package io.granary.record;

import io.granary.model.PartitionId;
import java.util.HashMap;
import java.util.Map;

/**
 * The one rule that decides what a lane says. Nodes, takeover and settlement feed it the sections of a lane in the
 * lane's order and so always agree.
 *
 * <p>A fence {@code (p, e)} ends every epoch of p below e. A numbered section (p, e, seq) is {@link Verdict#VALID} iff
 * its epoch is not ended where it stands and seq is the next of (p, e).
 *
 * <p>Pure and not thread-safe. Memory: one entry for each partition that the lane has spoken of.
 */
public final class LaneRule {
    /** What a section is worth, in order of precedence. */
    public enum Verdict {
        /** An epoch that a fence before it has ended: skip it. */
        STALE,
        /** An earlier section of this (partition, epoch) jumped, and so everything after it is worthless. */
        GAP,
        /** Its seq was seen before: skip it. */
        DUPLICATE,
        /** It counts. */
        VALID
    }

    private static final class Track {
        long fence;
        // The last valid seq of each epoch; of one that is halted by a gap, its complement.
        final Map<Long, Long> seqs = new HashMap<>(2);

        void fence(long epoch) {
            if (epoch > fence) {
                fence = epoch;
                seqs.keySet().removeIf(e -> e < epoch);
            }
        }
    }

    private final Map<PartitionId, Track> tracks = new HashMap<>();

    /**
     * Judges the next section of the lane and takes note of it.
     *
     * @return {@link Verdict#VALID} for a fence; it always takes effect
     */
    public Verdict judge(Section section) {
        if (section instanceof Section.Numbered numbered) {
            return judge(numbered.partition(), numbered.epoch(), numbered.seq());
        }
        fence(section.partition(), section.epoch());
        return Verdict.VALID;
    }

    /** Judges the numbered section that stands next in the lane and takes note of it. */
    public Verdict judge(PartitionId partition, long epoch, long seq) {
        Track track = track(partition);
        if (epoch < track.fence) {
            return Verdict.STALE;
        }
        long last = track.seqs.getOrDefault(epoch, 0L);
        if (last < 0) {
            return Verdict.GAP;
        }
        if (seq <= last) {
            return Verdict.DUPLICATE;
        }
        boolean next = seq == last + 1;
        track.seqs.put(epoch, next ? seq : ~last);
        return next ? Verdict.VALID : Verdict.GAP;
    }

    /** Takes note of a fence: every epoch of the partition below this one is ended. Lower ones change nothing. */
    public void fence(PartitionId partition, long epoch) {
        track(partition).fence(epoch);
    }

    /**
     * Resumes a (partition, epoch) whose sections up to this seq are known already, as from settled rows. Changes nothing
     * if more is known, or if the epoch is ended or halted.
     */
    public void resume(PartitionId partition, long epoch, long seq) {
        Track track = track(partition);
        if (epoch >= track.fence) {
            track.seqs.merge(epoch, seq, (known, resumed) -> known < 0 ? known : Math.max(known, resumed));
        }
    }

    /** Takes note that a seq of the (partition, epoch) jumped before: nothing of it counts any more. */
    public void halt(PartitionId partition, long epoch) {
        Track track = track(partition);
        if (epoch >= track.fence) {
            track.seqs.merge(epoch, ~0L, (known, halted) -> known < 0 ? known : ~known);
        }
    }

    /** The highest fence seen for the partition: epochs below it are ended. 0 if there was none. */
    public long fenceOf(PartitionId partition) {
        Track track = tracks.get(partition);
        return track == null ? 0 : track.fence;
    }

    /** The last valid seq of the (partition, epoch): 0 if there was none, or if the epoch is ended. */
    public long seqOf(PartitionId partition, long epoch) {
        Track track = tracks.get(partition);
        long seq = track == null ? 0 : track.seqs.getOrDefault(epoch, 0L);
        return seq < 0 ? ~seq : seq;
    }

    private Track track(PartitionId partition) {
        return tracks.computeIfAbsent(partition, p -> new Track());
    }
}
