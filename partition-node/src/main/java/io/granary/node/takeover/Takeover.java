// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import io.granary.concurrent.Loop;
import io.granary.log.LaneRange;
import io.granary.log.LaneRecord;
import io.granary.log.StockLog;
import io.granary.log.UntilStored;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.Pool;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LanePosition;
import io.granary.proto.OpenPartition;
import io.granary.record.LogRecord;
import io.granary.record.MalformedRecordException;
import io.granary.record.RecordBuilder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over partitions, many at once: one fence record into each lane whose epochs are not known to be ended, then one
 * read of each lane up to its own fence, folded into exact totals and the ids of the window. Only the fence's offset
 * marks the end of a lane. Never waits for settlement. Used on its loop only.
 */
public final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

    /** Hears what became of each partition, once; on the takeover's loop. */
    public interface Outcome {
        /** The pool holds exactly what earlier epochs have left. */
        void onTaken(PartitionId partition, long epoch, Pool pool);

        /**
         * It must not be served: the log has lost, or contradicts, what it needs, or the books have halted it. Its earlier
         * epochs are fenced as far as the log took the fences.
         */
        void onFailed(PartitionId partition, long epoch, String reason);
    }

    /** At most, in a record. */
    private static final int FENCE_BYTES = 128;

    private static final class LaneTask {
        final LaneFold fold;
        final LanePosition position;
        final Set<PartitionId> toFence = new LinkedHashSet<>();
        /** Those that miss units if something is lost from the settled offset on; the others want only ids. */
        final List<Folded> counted = new ArrayList<>();

        boolean isWanted;

        LaneTask(LanePosition position) {
            this.position = position;
            fold = new LaneFold(position.getSettled());
        }

        void fail(String reason) {
            counted.forEach(into -> into.fail(reason));
        }
    }

    private final String writerName;
    private final StockLog log;
    private final Loop loop;
    private final Outcome outcome;
    private final List<OpenPartition> partitions;
    private final Map<PartitionId, Folded> folded = new HashMap<>();
    private final Map<PartitionId, Long> epochs = new HashMap<>();
    /** Those of which an earlier epoch may go on, with why. */
    private final Map<PartitionId, String> unfenced = new HashMap<>();
    private int lanesOpen;

    private Takeover(String writerName, StockLog log, Loop loop, List<OpenPartition> partitions, Outcome outcome) {
        this.writerName = writerName;
        this.log = log;
        this.loop = loop;
        this.partitions = partitions;
        this.outcome = outcome;
    }

    /**
     * Begins to take over. Call on the loop.
     *
     * @param positions of every lane that an earlier epoch of a partition names
     */
    public static void begin(
            String writerName,
            StockLog log,
            Loop loop,
            List<OpenPartition> partitions,
            List<LanePosition> positions,
            Outcome outcome) {
        new Takeover(writerName, log, loop, partitions, outcome).begin(positions);
    }

    static PartitionId idOf(OpenPartition partition) {
        return new PartitionId(new Sku(partition.getSku()), partition.getSlot());
    }

    private void begin(List<LanePosition> positions) {
        Map<Integer, LaneTask> lanes = new TreeMap<>();
        positions.forEach(position -> lanes.put(position.getLane(), new LaneTask(position)));
        for (OpenPartition partition : partitions) {
            PartitionId id = idOf(partition);
            Folded into = new Folded(partition.getConsumed(), partition.getReturned());
            folded.put(id, into);
            epochs.put(id, partition.getEpoch());
            for (EarlierEpoch earlier : partition.getEarlierList()) {
                LaneTask lane = lanes.get(earlier.getLane());
                if (lane == null) {
                    into.fail(id + ": the position of lane " + earlier.getLane() + " is missing");
                    continue;
                }
                lane.fold.expect(id, earlier, into);
                lane.isWanted = true;
                if (!earlier.getFenced()) {
                    lane.toFence.add(id);
                    lane.counted.add(into);
                }
            }
        }
        lanes.values().removeIf(lane -> !lane.isWanted);
        lanesOpen = lanes.size();
        if (lanesOpen == 0) {
            finish();
        }
        lanes.values().forEach(this::fence);
    }

    private void fence(LaneTask lane) {
        if (lane.toFence.isEmpty()) {
            read(lane, lane.position.getSettled());
        } else {
            fence(lane, new ArrayDeque<>(lane.toFence), lane.position.getSettled());
        }
    }

    /** Fences as many as one record takes, then the rest: what the last record ends, the earlier ones end as well. */
    private void fence(LaneTask lane, Deque<PartitionId> rest, long least) {
        RecordBuilder record = new RecordBuilder(writerName, loop.currentTimeMillis(), FENCE_BYTES);
        while (!rest.isEmpty() && record.size() + FENCE_BYTES <= LogRecord.MAX_BYTES) {
            PartitionId id = rest.removeFirst();
            record.fence(id, epochOf(id));
        }
        UntilStored.append(
                log,
                loop,
                lane.position.getLane(),
                record.build(),
                () -> {},
                offset -> fenced(lane, rest, least, offset),
                reason -> {
                    lane.toFence.forEach(id -> unfenced.putIfAbsent(id, reason));
                    lane.fail(reason);
                    laneDone();
                });
    }

    private void fenced(LaneTask lane, Deque<PartitionId> rest, long least, long offset) {
        if (offset < least) {
            lane.fail("lane " + lane.position.getLane() + ": a fence is stored at offset " + offset
                    + " (expected: at least " + least + "); the log has lost acknowledged records");
            laneDone();
        } else if (rest.isEmpty()) {
            read(lane, offset);
        } else {
            fence(lane, rest, offset + 1);
        }
    }

    private long epochOf(PartitionId id) {
        Long epoch = epochs.get(id);
        if (epoch == null) {
            throw new IllegalStateException(id + ": not taken over here");
        }
        return epoch;
    }

    private void read(LaneTask lane, long to) {
        read(lane, Math.min(lane.position.getWindow(), lane.position.getSettled()), to);
    }

    private void read(LaneTask lane, long from, long to) {
        LaneRange.read(log, loop, lane.position.getLane(), from, to, new LaneRange.Reader() {
            @Override
            public void onRecord(LaneRecord record) {
                apply(lane, record);
            }

            @Override
            public void onEnd() {
                laneDone();
            }

            @Override
            public boolean onMissing(String reason) {
                if (lane.toFence.isEmpty()) {
                    LOG.warn("Ids of the window are not remembered: {}", reason);
                } else {
                    lane.fail(reason);
                }
                laneDone();
                return false;
            }

            @Override
            public void onLost(long first, String reason) {
                if (lane.toFence.isEmpty() || first <= lane.position.getSettled()) {
                    // Only ids of the window are gone; the ledger knows them.
                    read(lane, first, to);
                } else {
                    lane.fail(reason);
                    laneDone();
                }
            }
        });
    }

    private static void apply(LaneTask lane, LaneRecord record) {
        try {
            lane.fold.apply(record.offset(), LogRecord.decode(record.body()));
        } catch (MalformedRecordException e) {
            String reason = "lane " + lane.position.getLane() + ", offset " + record.offset() + ": " + e.getMessage();
            if (isSkipped(lane, record)) {
                LOG.warn("Passed over, as decided: {}", reason);
            } else if (record.offset() < lane.position.getSettled()) {
                LOG.warn("Its ids are not remembered: {}", reason);
            } else {
                lane.fail(reason);
            }
        }
    }

    private static boolean isSkipped(LaneTask lane, LaneRecord record) {
        return lane.position.getSkippedList().stream()
                .anyMatch(skipped -> skipped.getOffset() == record.offset() && skipped.getPrint() == record.print());
    }

    private void laneDone() {
        lanesOpen--;
        if (lanesOpen == 0) {
            finish();
        }
    }

    /** Of a halted one it does not matter what the log says of it, but that it can't grow any more. */
    private @Nullable String problem(PartitionId id, OpenPartition partition, Folded result) {
        return partition.getHalted().isEmpty()
                ? result.problem(id, partition.getGranted())
                : unfenced.getOrDefault(id, partition.getHalted());
    }

    private void finish() {
        for (OpenPartition partition : partitions) {
            PartitionId id = idOf(partition);
            Folded result = folded.get(id);
            if (result == null) {
                throw new IllegalStateException(id + ": not taken over here");
            }
            String problem = problem(id, partition, result);
            if (problem == null) {
                outcome.onTaken(id, partition.getEpoch(), result.toPool(partition.getGranted()));
            } else {
                outcome.onFailed(id, partition.getEpoch(), problem);
            }
        }
    }
}
