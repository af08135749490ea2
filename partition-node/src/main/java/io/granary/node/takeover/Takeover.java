// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import io.granary.concurrent.Loop;
import io.granary.log.LaneRange;
import io.granary.log.LaneRecord;
import io.granary.log.StockLog;
import io.granary.log.UntilStored;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.IdMemory;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over partitions, many at once: one fence record into each lane whose epochs are not known to be ended, then one
 * read of each lane up to its own fence, folded into exact totals and the ids of the window. Of what has settled only
 * those places are read where sections of these partitions stand. Only the fence's offset marks the end of a lane. Never
 * waits for settlement. Settlement waits for the proof that the fence was acknowledged: an empty record behind it, which
 * the takeover sends and does not wait for. If this node dies before it is stored, who takes over next fences again, as
 * this fence has not settled. Used on its loop only.
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
        final Wanted wanted = new Wanted();
        final Set<PartitionId> toFence = new LinkedHashSet<>();
        /** Those that miss units if something is lost from the settled offset on; the others want only ids. */
        final List<Folded> counted = new ArrayList<>();
        /** All that it is read for. */
        final List<Folded> all = new ArrayList<>();

        boolean isWanted;

        LaneTask(LanePosition position) {
            this.position = position;
            fold = new LaneFold(position.getSettled());
        }

        /** The ids of what has settled of an epoch: where its sections stand, as far as they are in the window. */
        void want(EarlierEpoch epoch) {
            long settled = position.getSettled();
            long end = epoch.getEnd() == 0 ? settled : Math.min(epoch.getEnd(), settled);
            if (epoch.getSeq() > 0) {
                wanted.add(Math.max(position.getWindow(), epoch.getFirst()), end);
            }
        }

        void fail(String reason) {
            counted.forEach(into -> into.fail(reason));
        }

        void limitTo(long nanos) {
            all.forEach(into -> into.limitTo(nanos));
        }
    }

    private final String writerName;
    private final int recordVersion;
    private final StockLog log;
    private final Loop loop;
    private final IdMemory memory;
    private final Outcome outcome;
    private final List<OpenPartition> partitions;
    private final Map<PartitionId, Folded> folded = new HashMap<>();
    private final Map<PartitionId, Long> epochs = new HashMap<>();
    /** Those of which an earlier epoch may go on, with why. */
    private final Map<PartitionId, String> unfenced = new HashMap<>();
    /** When it began: later than the snapshot, so what is so old now was at most so old then. */
    private final long begunNanos;

    private int lanesOpen;
    private boolean forgets;

    private Takeover(
            String writerName,
            int recordVersion,
            StockLog log,
            Loop loop,
            List<OpenPartition> partitions,
            IdMemory memory,
            Outcome outcome) {
        this.memory = memory;
        this.writerName = writerName;
        this.recordVersion = recordVersion;
        this.log = log;
        this.loop = loop;
        this.partitions = partitions;
        this.outcome = outcome;
        begunNanos = loop.nanoTime();
    }

    /**
     * Begins to take over. Call on the loop.
     *
     * @param recordVersion of the records that it writes
     * @param positions of every lane that an earlier epoch of a partition names
     * @param memory for the ids of all takeovers of the loop, until they are taken or have failed
     */
    public static void begin(
            String writerName,
            int recordVersion,
            StockLog log,
            Loop loop,
            List<OpenPartition> partitions,
            List<LanePosition> positions,
            IdMemory memory,
            Outcome outcome) {
        new Takeover(writerName, recordVersion, log, loop, partitions, memory, outcome).begin(positions);
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
            into.countIdsIn(memory);
            folded.put(id, into);
            epochs.put(id, partition.getEpoch());
            for (EarlierEpoch earlier : partition.getEarlierList()) {
                LaneTask lane = lanes.get(earlier.getLane());
                if (lane == null) {
                    into.fail(id + ": the position of lane " + earlier.getLane() + " is missing");
                    continue;
                }
                lane.fold.expect(id, earlier, into);
                lane.all.add(into);
                lane.want(earlier);
                lane.isWanted = true;
                if (!earlier.getFenced()) {
                    lane.toFence.add(id);
                    lane.counted.add(into);
                }
            }
        }
        lanes.values().removeIf(lane -> !lane.isWanted);
        limitMemory(lanes);
        lanesOpen = lanes.size();
        if (lanesOpen == 0) {
            finish();
        }
        lanes.values().forEach(this::fence);
    }

    /**
     * How far back the ids that will be read reach: as far as the window of every lane, and not to the ids of earlier epochs
     * that were left out. Where a lane's whole history is read that is no limit. A leader of an earlier version does not say
     * how old the ids are that it leaves out.
     */
    private void limitMemory(Map<Integer, LaneTask> lanes) {
        for (OpenPartition partition : partitions) {
            Folded into = foldedOf(idOf(partition));
            for (EarlierEpoch earlier : partition.getEarlierList()) {
                LaneTask lane = lanes.get(earlier.getLane());
                if (lane != null && (lane.position.getWindow() > 0 || lane.position.getWindowAgeMillis() > 0)) {
                    into.limitTo(begunNanos - TimeUnit.MILLISECONDS.toNanos(lane.position.getWindowAgeMillis()));
                }
            }
            long leftOut = partition.getLeftOutAgeMillis();
            if (leftOut > 0 || (leftOut == 0 && partition.getEarlierCount() < partition.getEpoch() - 1)) {
                into.limitTo(begunNanos - TimeUnit.MILLISECONDS.toNanos(leftOut));
            }
        }
    }

    private Folded foldedOf(PartitionId id) {
        Folded into = folded.get(id);
        if (into == null) {
            throw new IllegalStateException(id + ": not taken over here");
        }
        return into;
    }

    private void fence(LaneTask lane) {
        if (lane.toFence.isEmpty()) {
            read(lane, lane.wanted.places());
        } else {
            fence(lane, new ArrayDeque<>(lane.toFence), lane.position.getSettled(), LogRecord.NOTHING);
        }
    }

    /** Fences as many as one record takes, then the rest: what the last record ends, the earlier ones end as well. */
    private void fence(LaneTask lane, Deque<PartitionId> rest, long least, long acknowledged) {
        RecordBuilder record = newRecord(acknowledged, FENCE_BYTES);
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
            prove(lane, offset);
            lane.wanted.add(lane.position.getSettled(), offset);
            read(lane, lane.wanted.places());
        } else {
            fence(lane, rest, offset + 1, offset);
        }
    }

    /** Whoever waits for the fence, and for what stands before it, learns that all that was acknowledged. */
    private void prove(LaneTask lane, long fence) {
        if (recordVersion > 1) {
            byte[] proof = newRecord(fence, 0).build();
            UntilStored.append(log, loop, lane.position.getLane(), proof, () -> {}, offset -> {}, LOG::warn);
        }
    }

    private RecordBuilder newRecord(long acknowledged, int bytes) {
        return new RecordBuilder(
                writerName, loop.currentTimeMillis(), recordVersion == 1 ? LogRecord.UNNAMED : acknowledged, bytes);
    }

    private long epochOf(PartitionId id) {
        Long epoch = epochs.get(id);
        if (epoch == null) {
            throw new IllegalStateException(id + ": not taken over here");
        }
        return epoch;
    }

    /** Reads what is wanted, one place after the other. */
    private void read(LaneTask lane, Deque<Wanted.Place> places) {
        Wanted.Place place = places.poll();
        if (place == null) {
            laneDone();
            return;
        }
        LaneRange.read(log, loop, lane.position.getLane(), place.from(), place.to(), new LaneRange.Reader() {
            @Override
            public void onRecord(LaneRecord record) {
                apply(lane, record);
            }

            @Override
            public void onEnd() {
                read(lane, places);
            }

            @Override
            public boolean onMissing(String reason) {
                if (lane.toFence.isEmpty()) {
                    LOG.warn("Ids of the window are not remembered: {}", reason);
                    lane.limitTo(begunNanos);
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
                    lane.limitTo(begunNanos);
                    if (first < place.to()) {
                        places.addFirst(new Wanted.Place(first, place.to()));
                    }
                    read(lane, places);
                } else {
                    lane.fail(reason);
                    laneDone();
                }
            }
        });
    }

    private void apply(LaneTask lane, LaneRecord record) {
        try {
            lane.fold.apply(record.offset(), LogRecord.decode(record.body()));
        } catch (MalformedRecordException e) {
            String reason = "lane " + lane.position.getLane() + ", offset " + record.offset() + ": " + e.getMessage();
            if (isSkipped(lane, record)) {
                LOG.warn("Passed over, as decided: {}", reason);
            } else if (record.offset() < lane.position.getSettled()) {
                LOG.warn("Its ids are not remembered: {}", reason);
                lane.limitTo(begunNanos);
            } else {
                lane.fail(reason);
            }
        }
        if (memory.isToTurn()) {
            turnWindows();
        }
    }

    private void turnWindows() {
        if (!forgets) {
            forgets = true;
            LOG.warn(
                    "Of {} partitions that are taken over the older request ids are not remembered: they would take more"
                            + " than {} bytes of the heap (a quarter of id-memory)",
                    folded.size(),
                    memory.limit());
        }
        folded.values().forEach(into -> into.turnWindow(loop.nanoTime()));
        memory.turned();
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
            Folded result = foldedOf(id);
            String problem = problem(id, partition, result);
            if (problem == null) {
                outcome.onTaken(id, partition.getEpoch(), result.toPool(partition.getGranted()));
            } else {
                result.countIdsIn(IdMemory.unlimited());
                outcome.onFailed(id, partition.getEpoch(), problem);
            }
        }
    }
}
