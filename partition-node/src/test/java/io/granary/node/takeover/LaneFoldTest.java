// SPDX-License-Identifier: Apache-2.0
package io.granary.node.takeover;

import static io.granary.node.testing.Records.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.node.pool.Pool;
import io.granary.node.testing.Records;
import io.granary.proto.EarlierEpoch;
import io.granary.record.RecordBuilder;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class LaneFoldTest {
    private static final PartitionId P = new PartitionId(new Sku("sku"), 0);
    private static final PartitionId OTHER = new PartitionId(new Sku("sku"), 1);

    private final Folded folded = new Folded(0, 0);
    private LaneFold fold = new LaneFold(0);
    private long next;

    private static EarlierEpoch epoch(long epoch, long settledSeq, boolean fenced) {
        return EarlierEpoch.newBuilder()
                .setEpoch(epoch)
                .setSeq(settledSeq)
                .setFenced(fenced)
                .build();
    }

    private void record(Consumer<RecordBuilder> content) {
        fold.apply(next++, Records.of(content));
    }

    private Pool pool() {
        assertThat(folded.problem(P, 1_000)).isNull();
        return folded.toPool(1_000);
    }

    private boolean remembers(long id) {
        return pool().quantityOf(id, -id) > 0;
    }

    @Test
    void countsUnitsAndRemembersIds() {
        fold.expect(P, epoch(1, 0, false), folded);

        record(r -> r.deductions(P, 1, 1, entries(1, 5, 2, 7)));
        record(r -> r.returned(P, 1, 2, 30).deductions(P, 1, 3, entries(3, 1)));

        assertThat(pool().consumed()).isEqualTo(13);
        assertThat(pool().returned()).isEqualTo(30);
        assertThat(pool().remaining()).isEqualTo(957);
        assertThat(pool().quantityOf(2, -2)).isEqualTo(7);
        assertThat(pool().rememberedIds()).isEqualTo(3);
    }

    @Test
    void countsOnTopOfWhatHasSettled() {
        Folded settled = new Folded(100, 50);
        fold = new LaneFold(3);
        next = 3;
        fold.expect(P, epoch(1, 8, false), settled);

        record(r -> r.deductions(P, 1, 9, entries(1, 5)));

        Pool pool = settled.toPool(1_000);
        assertThat(pool.consumed()).isEqualTo(105);
        assertThat(pool.returned()).isEqualTo(50);
    }

    @Test
    void duplicatesCountOnce() {
        fold.expect(P, epoch(1, 0, false), folded);
        for (int i = 0; i < 3; i++) {
            record(r -> r.deductions(P, 1, 1, entries(1, 5)).returned(P, 1, 2, 3));
        }

        assertThat(pool().consumed()).isEqualTo(5);
        assertThat(pool().returned()).isEqualTo(3);
    }

    @Test
    void whatFollowsAFenceCountsForNothing() {
        fold.expect(P, epoch(1, 0, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 5)));
        record(r -> r.fence(P, 2));
        record(r -> r.deductions(P, 1, 2, entries(2, 5)).returned(P, 1, 3, 1));

        assertThat(pool().consumed()).isEqualTo(5);
        assertThat(pool().returned()).isZero();
        assertThat(remembers(2)).isFalse();
    }

    @Test
    void aFenceWithinARecordEndsWhatFollowsItThere() {
        fold.expect(P, epoch(1, 0, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 5)).fence(P, 2).deductions(P, 1, 2, entries(2, 5)));

        assertThat(pool().consumed()).isEqualTo(5);
    }

    @Test
    void fencesOfOtherPartitionsAndLowerEpochsEndNothing() {
        fold.expect(P, epoch(3, 0, false), folded);
        record(r -> r.fence(OTHER, 9).fence(P, 3).fence(P, 2));
        record(r -> r.deductions(P, 3, 1, entries(1, 5)));

        assertThat(pool().consumed()).isEqualTo(5);
    }

    @Test
    void onlyWhatIsExpectedCounts() {
        fold.expect(P, epoch(3, 0, false), folded);
        record(r -> r.deductions(OTHER, 3, 1, entries(1, 5)).deductions(P, 4, 1, entries(2, 5)));
        record(r -> r.deductions(P, 2, 17, entries(3, 5)));

        assertThat(pool().consumed()).isZero();
        assertThat(pool().rememberedIds()).isZero();
    }

    @Test
    void belowTheSettledOffsetOnlyIdsOfSettledSectionsAreWanted() {
        fold = new LaneFold(4);
        fold.expect(P, epoch(1, 2, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 5)));
        record(r -> r.deductions(P, 1, 2, entries(2, 5)));
        // Stale when it settled: its number was never reached.
        record(r -> r.deductions(P, 1, 3, entries(3, 5)));
        record(r -> {});
        // From here on it counts.
        record(r -> r.deductions(P, 1, 2, entries(2, 5)));
        record(r -> r.deductions(P, 1, 3, entries(4, 7)));

        assertThat(pool().consumed()).isEqualTo(7);
        assertThat(remembers(1)).isTrue();
        assertThat(remembers(2)).isTrue();
        assertThat(remembers(3)).isFalse();
        assertThat(remembers(4)).isTrue();
    }

    @Test
    void ofAFencedEpochOnlyTheIdsAreWanted() {
        fold = new LaneFold(2);
        fold.expect(P, epoch(1, 1, true), folded);
        fold.expect(P, epoch(2, 0, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 5)));
        record(r -> r.fence(P, 2));
        // A late copy and a stale section of the fenced epoch, behind the settled offset.
        record(r -> r.deductions(P, 1, 1, entries(1, 5)));
        record(r -> r.deductions(P, 1, 2, entries(2, 5)));
        record(r -> r.deductions(P, 2, 1, entries(3, 9)));

        assertThat(pool().consumed()).isEqualTo(9);
        assertThat(remembers(1)).isTrue();
        assertThat(remembers(2)).isFalse();
        assertThat(remembers(3)).isTrue();
    }

    @Test
    void severalEpochsOfOnePartitionInOneLane() {
        fold.expect(P, epoch(1, 0, false), folded);
        fold.expect(P, epoch(3, 0, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 1)));
        record(r -> r.fence(P, 3));
        record(r -> r.deductions(P, 3, 1, entries(2, 2)));
        record(r -> r.deductions(P, 1, 2, entries(3, 4)));
        record(r -> r.deductions(P, 3, 2, entries(4, 8)));

        assertThat(pool().consumed()).isEqualTo(11);
    }

    @Test
    void severalPartitionsOfOneLane() {
        Folded other = new Folded(0, 0);
        fold.expect(P, epoch(1, 0, false), folded);
        fold.expect(OTHER, epoch(7, 0, false), other);
        record(r -> r.deductions(P, 1, 1, entries(1, 1)).deductions(OTHER, 7, 1, entries(1, 2)));

        assertThat(pool().consumed()).isEqualTo(1);
        assertThat(other.toPool(10).consumed()).isEqualTo(2);
    }

    @Test
    void aGapFailsThePartitionAndNoOther() {
        Folded other = new Folded(0, 0);
        fold.expect(P, epoch(1, 4, false), folded);
        fold.expect(OTHER, epoch(1, 0, false), other);
        record(r -> r.deductions(P, 1, 6, entries(1, 1)).deductions(OTHER, 1, 1, entries(1, 2)));
        record(r -> r.deductions(P, 1, 5, entries(2, 1)));

        assertThat(folded.problem(P, 1_000)).contains("sku/0").contains("seq 6").contains("offset 0");
        assertThat(other.problem(OTHER, 1_000)).isNull();
    }

    @Test
    void aJumpBehindTheFenceIsNoGap() {
        fold.expect(P, epoch(1, 0, false), folded);
        record(r -> r.fence(P, 2));
        record(r -> r.deductions(P, 1, 6, entries(1, 1)));

        assertThat(pool().consumed()).isZero();
    }

    @Test
    void moreThanWasGrantedIsAProblem() {
        fold.expect(P, epoch(1, 0, false), folded);
        record(r -> r.deductions(P, 1, 1, entries(1, 6)).returned(P, 1, 2, 5));

        assertThat(folded.problem(P, 10)).contains("consumed 6").contains("returned 5");
        assertThat(folded.problem(P, 11)).isNull();
    }
}
