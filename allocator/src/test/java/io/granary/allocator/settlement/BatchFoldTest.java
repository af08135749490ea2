// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.settlement;

import static io.granary.allocator.settlement.Records.TIME;
import static io.granary.allocator.settlement.Records.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.settlement.LaneBooks.KnownEpoch;
import io.granary.log.LaneRecord;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BatchFoldTest {
    private static final int LANE = 3;
    private static final Sku SKU = new Sku("seed");
    private static final int SKU_ID = 7;
    private static final PartitionId P0 = new PartitionId(SKU, 0);
    private static final PartitionId P1 = new PartitionId(SKU, 1);
    private static final RequestId A = RequestId.of("a");
    private static final RequestId B = RequestId.of("b");
    private static final RequestId C = RequestId.of("c");

    private final BatchFold fold = new BatchFold(LANE);

    @BeforeEach
    void learn() {
        learn(known(P0, 1, 0), known(P1, 1, 0));
    }

    private void learn(KnownEpoch... epochs) {
        fold.learn(new LaneBooks(Map.of(SKU, SKU_ID), List.of(epochs)));
    }

    private static KnownEpoch known(PartitionId partition, long epoch, long seq) {
        return new KnownEpoch(new EpochKey(partition, epoch), seq, false, false);
    }

    private LaneChange change(byte[]... bodies) {
        BatchFold.Folded folded = fold(bodies);
        assertThat(folded.fault()).isNull();
        assertThat(folded.change()).isNotNull();
        return folded.change();
    }

    private BatchFold.Folded fold(byte[]... bodies) {
        return fold.fold(pending(bodies));
    }

    private static List<PendingRecord> pending(byte[]... bodies) {
        long[] offset = {100};
        return Arrays.stream(bodies)
                .map(body -> PendingRecord.of(new LaneRecord(offset[0]++, TIME, body)))
                .toList();
    }

    private static LedgerRow row(RequestId id, int quantity, int slot) {
        return new LedgerRow(SKU_ID, id.high(), id.low(), quantity, new LedgerRow.Origin(slot, 1, TIME));
    }

    @Test
    void deductionsAndReturnsBecomeRowsAndSums() {
        LaneChange change = change(
                record().deductions(P0, 1, 1, A, 2, B, 3).bytes(),
                record().deductions(P1, 1, 1, C, 5).returned(P0, 1, 2, 10).bytes());
        assertThat(change.from()).isEqualTo(100);
        assertThat(change.to()).isEqualTo(102);
        assertThat(change.ids()).isEqualTo(3);
        assertThat(change.rows()).containsExactlyInAnyOrder(row(A, 2, 0), row(B, 3, 0), row(C, 5, 1));
        assertThat(change.rows()).isSortedAccordingTo(LedgerRow.KEY_ORDER);
        assertThat(change.partitions())
                .containsExactly(
                        new LaneChange.OfPartition(SKU_ID, 0, 5, 10), new LaneChange.OfPartition(SKU_ID, 1, 5, 0));
        assertThat(change.epochs())
                .containsExactly(
                        new LaneChange.OfEpoch(SKU_ID, 0, 1, 2, null, 100, 102),
                        new LaneChange.OfEpoch(SKU_ID, 1, 1, 1, null, 101, 102));
        assertThat(change.skus()).containsExactly(new LaneChange.OfSku(SKU, SKU_ID, 10, 10));
        assertThat(change.skipped()).isEqualTo(new LaneChange.Skipped(0, 0, 0));
    }

    @Test
    void theTailIsThePrintOfTheLastRecord() {
        byte[] last = record().deductions(P0, 1, 1, A, 1).bytes();
        assertThat(change(record().bytes(), last).tail()).isEqualTo(LaneRecord.print(last));
    }

    @Test
    void ofAnIdThatComesTwiceTheFirstIsARowAndTheSecondARepeat() {
        LaneChange change = change(
                record().deductions(P0, 1, 1, A, 2).bytes(),
                record().deductions(P1, 1, 1, A, 3).bytes());
        assertThat(change.rows()).containsExactly(row(A, 2, 0));
        assertThat(change.repeats()).containsExactly(row(A, 3, 1));
        assertThat(change.ids()).isEqualTo(2);
        assertThat(change.skus()).containsExactly(new LaneChange.OfSku(SKU, SKU_ID, 5, 0));
    }

    @Test
    void aSectionSeenBeforeIsSkipped() {
        byte[] sent = record().deductions(P0, 1, 1, A, 2).bytes();
        LaneChange change = change(sent, sent);
        assertThat(change.rows()).hasSize(1);
        assertThat(change.repeats()).isEmpty();
        assertThat(change.to()).isEqualTo(102);
        assertThat(change.skipped()).isEqualTo(new LaneChange.Skipped(0, 1, 0));
    }

    @Test
    void aSectionSettledBeforeIsSkipped() {
        learn(known(P0, 2, 5));
        LaneChange change = change(
                record().deductions(P0, 2, 5, A, 2).bytes(),
                record().deductions(P0, 2, 6, B, 1).bytes());
        assertThat(change.rows())
                .containsExactly(new LedgerRow(SKU_ID, B.high(), B.low(), 1, new LedgerRow.Origin(0, 2, TIME)));
        assertThat(change.skipped().duplicates()).isEqualTo(1);
    }

    @Test
    void behindAFenceTheEpochIsStale() {
        LaneChange change = change(
                record().deductions(P0, 1, 1, A, 2).bytes(),
                record().fence(P0, 2).bytes(),
                record().deductions(P0, 1, 2, B, 2).deductions(P1, 1, 1, C, 1).bytes());
        assertThat(change.rows()).containsExactlyInAnyOrder(row(A, 2, 0), row(C, 1, 1));
        assertThat(change.fences()).containsExactly(new LaneChange.Fence(SKU_ID, 0, 2));
        assertThat(change.skipped().stale()).isEqualTo(1);
    }

    @Test
    void anEpochWhoseFenceHasSettledIsStale() {
        PartitionId other = new PartitionId(SKU, 2);
        learn(new KnownEpoch(new EpochKey(other, 4), 9, true, false));
        LaneChange change = change(record().deductions(other, 4, 10, A, 1).bytes());
        assertThat(change.rows()).isEmpty();
        assertThat(change.partitions()).isEmpty();
        assertThat(change.skus()).isEmpty();
        assertThat(change.skipped().stale()).isEqualTo(1);
    }

    @Test
    void aJumpHaltsTheEpochAndNothingElse() {
        LaneChange change = change(
                record().deductions(P0, 1, 1, A, 2).bytes(),
                record().deductions(P0, 1, 3, B, 2).deductions(P1, 1, 1, C, 1).bytes(),
                record().deductions(P0, 1, 2, B, 2).bytes());
        assertThat(change.rows()).containsExactlyInAnyOrder(row(A, 2, 0), row(C, 1, 1));
        assertThat(change.epochs())
                .containsExactly(
                        new LaneChange.OfEpoch(
                                SKU_ID, 0, 1, 1, "lane 3 offset 101, written by node-1: it jumped to seq 3", 100, 101),
                        new LaneChange.OfEpoch(SKU_ID, 1, 1, 1, null, 101, 102));
        assertThat(change.skipped()).isEqualTo(new LaneChange.Skipped(0, 0, 2));
    }

    @Test
    void anEpochThatWasHaltedStaysSo() {
        PartitionId other = new PartitionId(SKU, 2);
        learn(new KnownEpoch(new EpochKey(other, 1), 4, false, true));
        LaneChange change = change(record().deductions(other, 1, 5, A, 1).bytes());
        assertThat(change.rows()).isEmpty();
        assertThat(change.skipped().gaps()).isEqualTo(1);
    }

    @Test
    void itSaysWhatItMustKnowFirst() {
        PartitionId stranger = new PartitionId(new Sku("other"), 0);
        BatchFold.Unknown unknown = fold.unknown(pending(record().deductions(P0, 1, 1, A, 1)
                .deductions(P0, 2, 1, A, 1)
                .fence(stranger, 2)
                .bytes()));
        assertThat(unknown.skus()).containsExactly(stranger.sku());
        assertThat(unknown.epochs()).containsExactly(new EpochKey(P0, 2));
    }

    @Test
    void whatComesBeforeAFaultyRecordIsFolded() {
        BatchFold.Folded folded = fold(record().deductions(P0, 1, 1, A, 1).bytes(), new byte[] {1, 2, 3});
        assertThat(folded.change().to()).isEqualTo(101);
        assertThat(folded.fault()).contains("malformed");
    }

    @Test
    void aFaultyRecordHasNoEffectAtAll() {
        PartitionId stranger = new PartitionId(new Sku("other"), 0);
        BatchFold.Folded folded =
                fold(record().deductions(P0, 1, 1, A, 1).fence(stranger, 1).bytes());
        assertThat(folded.change()).isNull();
        assertThat(folded.fault()).contains("sku: 'other' (expected: one that the books know)");
        assertThat(change(record().deductions(P0, 1, 1, A, 1).bytes()).rows()).hasSize(1);
    }

    @Test
    void anOwnershipThatTheBooksDidNotGiveIsAFault() {
        assertThat(fold(record().deductions(P0, 9, 1, A, 1).bytes()).fault()).contains("ownership: seed/0 epoch 9");
    }

    @Test
    void aValueThatNoNodeWritesHaltsItsOwnershipAndNothingElse() {
        LaneChange change = change(
                record().deductions(P0, 1, 1, A, 2).bytes(),
                record().deductions(P0, 1, 2, B, 0).deductions(P1, 1, 1, C, 1).bytes(),
                record().deductions(P0, 1, 3, B, 2).bytes());

        assertThat(change.rows()).containsExactlyInAnyOrder(row(A, 2, 0), row(C, 1, 1));
        assertThat(change.epochs().get(0).seq()).isEqualTo(1);
        assertThat(change.epochs().get(0).halted())
                .isEqualTo("lane 3 offset 101, written by node-1: quantity: 0 (expected: 1 to 1000000000)");
        assertThat(change.epochs().get(1).halted()).isNull();
        assertThat(change.skipped()).isEqualTo(new LaneChange.Skipped(0, 0, 2));
    }

    @Test
    void whatTheBooksRefuseHaltsItsOwnershipAndItsSkuIsTold() {
        byte[] sent =
                record().deductions(P0, 1, 1, A, 2).deductions(P1, 1, 1, C, 1).bytes();
        LaneChange change =
                fold.fold(pending(sent), Map.of(P0, "more than was granted")).change();

        assertThat(change.rows()).containsExactly(row(C, 1, 1));
        assertThat(change.epochs().get(0).seq()).isZero();
        assertThat(change.epochs().get(0).halted()).endsWith("more than was granted");
        assertThat(change.partitions()).contains(new LaneChange.OfPartition(SKU_ID, 0, 0, 0));
        assertThat(change(record().deductions(P0, 1, 2, B, 2).bytes()).skipped())
                .isEqualTo(new LaneChange.Skipped(0, 0, 1));
    }
}
