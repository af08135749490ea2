// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.Ceiling;
import io.granary.proto.Ceilings;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.Instruct;
import io.granary.proto.Instruction;
import io.granary.proto.LanePosition;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.SkippedRecord;
import io.granary.proto.WriteRecords;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the leader says, as messages. */
final class ControlMessages {
    /** Why nobody may serve a halted partition, as nodes are told and tell again. */
    static final String HALTED = "the books have halted it: what left it is not known until an operator has"
            + " decided, see 'granary admin partition repair'";

    /** Asks for an answer from the node's loop: it has kept no ceiling. */
    static final LeaderMessage SIGN_OF_LIFE = ceilings(0, Map.of());

    private ControlMessages() {}

    static LeaderMessage greeting(String name, long term) {
        return LeaderMessage.newBuilder()
                .setLeader(Leader.newBuilder().setName(name).setTerm(term))
                .build();
    }

    /** A partition that was never open before. */
    static OpenPartition openFirst(PartitionId partition, PartitionBook book) {
        return OpenPartition.newBuilder()
                .setSku(partition.sku().code())
                .setSlot(partition.slot())
                .setEpoch(book.epoch())
                .setGranted(book.granted())
                .setConsumed(book.consumed())
                .setReturned(book.returned())
                .setHalted(book.halted() ? HALTED : "")
                .setLeftOutAgeMillis(TakeoverSnapshot.NONE_LEFT_OUT)
                .build();
    }

    static OpenPartition openNext(TakeoverSnapshot.History history) {
        OpenPartition.Builder open = openFirst(history.partition(), history.book()).toBuilder()
                .setLeftOutAgeMillis(history.leftOutAgeMillis());
        for (TakeoverSnapshot.Earlier earlier : history.earlier()) {
            open.addEarlier(EarlierEpoch.newBuilder()
                    .setEpoch(earlier.epoch())
                    .setLane(earlier.lane())
                    .setSeq(earlier.seq())
                    .setFenced(earlier.fenced())
                    .setFirst(earlier.first())
                    .setEnd(earlier.end()));
        }
        return open.build();
    }

    /** With the positions of those lanes that the partitions name. */
    static LeaderMessage open(List<OpenPartition> partitions, Map<Integer, TakeoverSnapshot.LaneStand> lanes) {
        TreeSet<Integer> named = new TreeSet<>();
        partitions.forEach(partition -> partition.getEarlierList().forEach(epoch -> named.add(epoch.getLane())));
        Open.Builder open = Open.newBuilder().addAllPartitions(partitions);
        for (int lane : named) {
            TakeoverSnapshot.LaneStand stand = lanes.get(lane);
            if (stand != null) {
                LanePosition.Builder position = LanePosition.newBuilder()
                        .setLane(lane)
                        .setSettled(stand.settled())
                        .setWindow(stand.window())
                        .setWindowAgeMillis(stand.windowAgeMillis());
                stand.skips()
                        .forEach(skip -> position.addSkipped(SkippedRecord.newBuilder()
                                .setOffset(skip.offset())
                                .setPrint(skip.print())));
                open.addLanes(position);
            }
        }
        return LeaderMessage.newBuilder().setOpen(open).build();
    }

    /** The owner of an epoch that another has replaced shall serve it no longer. */
    static Instruction close(PartitionId partition, long epoch) {
        return Instruction.newBuilder()
                .setSku(partition.sku().code())
                .setSlot(partition.slot())
                .setEpoch(epoch)
                .setClose(true)
                .build();
    }

    static Instruction instruction(PartitionId partition, PartitionBook book, long returnTo, long watermark) {
        return Instruction.newBuilder()
                .setSku(partition.sku().code())
                .setSlot(partition.slot())
                .setEpoch(book.epoch())
                .setGranted(book.granted())
                .setReturnTo(returnTo)
                .setLowWatermark(watermark)
                .build();
    }

    static LeaderMessage instruct(List<Instruction> instructions) {
        return LeaderMessage.newBuilder()
                .setInstruct(Instruct.newBuilder().addAllInstructions(instructions))
                .build();
    }

    static LeaderMessage writeRecords(int version) {
        return LeaderMessage.newBuilder()
                .setWriteRecords(WriteRecords.newBuilder().setVersion(version))
                .build();
    }

    /** Units -1: no longer known. */
    static LeaderMessage ceilings(long round, Map<Sku, Long> units) {
        Ceilings.Builder ceilings = Ceilings.newBuilder().setRound(round);
        units.forEach((sku, most) ->
                ceilings.addCeilings(Ceiling.newBuilder().setSku(sku.code()).setUnits(most)));
        return LeaderMessage.newBuilder().setCeilings(ceilings).build();
    }
}
