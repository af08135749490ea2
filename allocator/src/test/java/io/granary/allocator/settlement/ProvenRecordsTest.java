// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.naming;
import static io.granary.allocator.settlement.Records.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.log.LaneRecord;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenRecordsTest {
    private static final PartitionId PARTITION = new PartitionId(new Sku("hot"), 0);
    private static final byte[] GARBAGE = {1, 2, 3};

    private final List<byte[]> lane = new ArrayList<>();
    private final ProvenRecords proven = new ProvenRecords(0);

    private static byte[] fence(long acknowledged, long epoch) {
        return naming(acknowledged).fence(PARTITION, epoch).bytes();
    }

    private static byte[] proof(long acknowledged) {
        return naming(acknowledged).bytes();
    }

    /** Reads once where it says, at most so many: the offsets of what counts now. */
    private List<Long> read(int most) {
        int from = (int) proven.readFrom();
        if (from > lane.size()) {
            proven.takeLoss();
            return List.of();
        }
        if (from == lane.size()) {
            proven.takeNothing();
            return List.of();
        }
        List<LaneRecord> read = new ArrayList<>();
        for (int i = from; i < Math.min(lane.size(), from + most); i++) {
            read.add(new LaneRecord(i, 0, lane.get(i)));
        }
        return proven.take(read).stream().map(PendingRecord::offset).toList();
    }

    private List<Long> read() {
        return read(100);
    }

    @Test
    void ofOneReadThatCountsWhichALaterRecordOfItNames() {
        lane.add(fence(-1, 2));
        lane.add(fence(0, 3));
        lane.add(fence(1, 4));

        assertThat(read()).containsExactly(0L, 1L);
        assertThat(proven.unproven()).isEqualTo(1);
        assertThat(proven.readFrom()).isEqualTo(2);
    }

    @Test
    void whatCountsProvesAllThatIsBeforeIt() {
        lane.add(fence(-1, 2));
        lane.add(fence(-1, 3));
        lane.add(fence(-1, 4));
        lane.add(proof(2));

        assertThat(read()).containsExactly(0L, 1L, 2L);
        assertThat(proven.unproven()).as("the proof says nothing else").isZero();
    }

    @Test
    void whatWasReadBeforeItsProofIsReadAgain() {
        lane.add(fence(-1, 2));
        assertThat(read()).isEmpty();
        assertThat(proven.readFrom()).isEqualTo(1);

        // Lost, and a fence has taken its place.
        lane.set(0, fence(-1, 7));
        lane.add(proof(0));
        assertThat(read()).isEmpty();
        assertThat(proven.readFrom()).isZero();
        assertThat(read()).containsExactly(0L);
    }

    @Test
    void whatIsKnownToBeAcknowledgedCountsAsSoonAsItIsRead() {
        lane.add(fence(-1, 2));
        lane.add(fence(-1, 3));
        lane.add(proof(1));
        assertThat(read(1)).isEmpty();
        assertThat(read(2)).isEmpty();

        assertThat(read(1)).containsExactly(0L);
        assertThat(read(1)).containsExactly(1L);
    }

    @Test
    void whatTakesManyReadsUntilItsProofIsFoundAllTheSame() {
        for (int i = 0; i < 10; i++) {
            lane.add(fence(-1, 2 + i));
        }
        lane.add(proof(9));
        List<Long> counted = new ArrayList<>();
        for (int reads = 0; reads < 20; reads++) {
            counted.addAll(read(3));
        }
        assertThat(counted).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void ifNothingComesBehindWhatWasSeenThatIsLookedAtAgain() {
        lane.add(fence(-1, 2));
        lane.add(fence(-1, 2));
        assertThat(read()).isEmpty();

        // Lost both, and as many have come instead.
        lane.set(0, fence(-1, 7));
        lane.set(1, proof(0));
        assertThat(read()).isEmpty();
        assertThat(read()).containsExactly(0L);
    }

    @Test
    void whatWasSeenAndIsLostIsForgotten() {
        lane.add(fence(-1, 2));
        lane.add(fence(-1, 2));
        assertThat(read()).isEmpty();
        lane.clear();
        assertThat(read()).isEmpty();
        assertThat(proven.readFrom()).isZero();

        lane.add(fence(-1, 7));
        assertThat(read()).isEmpty();
        assertThat(proven.readFrom()).isEqualTo(1);
    }

    @Test
    void recordsOfVersion1CountWhenTheyAreSeen() {
        lane.add(record().fence(PARTITION, 2).bytes());
        lane.add(record().fence(PARTITION, 3).bytes());
        assertThat(read()).containsExactly(0L, 1L);

        lane.add(fence(1, 4));
        lane.add(record().fence(PARTITION, 5).bytes());
        assertThat(read()).as("and what stands before them").containsExactly(2L, 3L);
    }

    @Test
    void whatCannotBeReadWaitsForAProofToo() {
        lane.add(GARBAGE);
        assertThat(read()).isEmpty();
        assertThat(proven.unproven()).isEqualTo(1);

        lane.add(proof(0));
        read();
        assertThat(read()).containsExactly(0L);
    }

    /** A broker that loses what it has not acknowledged, and reads of any length: what counts is never lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatCountsStaysAndAllOfItCounts(long seed) {
        Random random = new Random(seed);
        List<byte[]> counted = new ArrayList<>();
        int acknowledged = -1;
        long epoch = 2;
        for (int step = 0; step < 2_000; step++) {
            int what = random.nextInt(10);
            if (what < 4) {
                lane.add(fence(random.nextBoolean() ? acknowledged : -1, epoch++));
            } else if (what == 4) {
                lane.subList(acknowledged + 1, lane.size()).clear();
            } else if (what == 5) {
                acknowledged = lane.size() - 1;
            } else if (proven.readFrom() <= lane.size() || random.nextBoolean()) {
                read(1 + random.nextInt(4)).forEach(offset -> counted.add(lane.get(offset.intValue())));
            }
        }
        acknowledged = lane.size() - 1;
        lane.add(proof(acknowledged));
        for (int reads = 0; reads < 4_000; reads++) {
            read(1 + random.nextInt(4)).forEach(offset -> counted.add(lane.get(offset.intValue())));
        }
        assertThat(counted).isEqualTo(lane.subList(0, acknowledged + 1));
    }
}
