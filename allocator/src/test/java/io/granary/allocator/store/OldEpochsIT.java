// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.EpochKey;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.LaneBooks;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lane 0's window begins at offset 100, lane 1's at its start. */
final class OldEpochsIT {
    private static final Sku SKU = new Sku("seed");
    private static final PartitionId P = new PartitionId(SKU, 0);
    private static final IdWindow WINDOW =
            new IdWindow(Duration.ofMinutes(10), 2_000_000, 100_000, Duration.ofSeconds(10));

    private final Books books = Books.open();
    private final OldEpochs old = new OldEpochs(books.database().transactions(), WINDOW);

    @BeforeEach
    void seed() {
        books.addSku(SKU, 1, 1_000);
        books.update("insert into lane (lane, settled, ids) values (0, 200, 50), (1, 300, 50)");
        books.update("insert into lane_mark (lane, position, ids, marked) values"
                + " (0, 100, 25, utc_timestamp(3) - interval 11 minute), (0, 200, 50, utc_timestamp(3)),"
                + " (1, 300, 50, utc_timestamp(3))");
    }

    @AfterEach
    void close() {
        books.close();
    }

    /** An ownership that is over, of which so much has settled, up to there. */
    private void ended(long epoch, int lane, long seq, long end) {
        books.own(P, epoch, "node-" + epoch, lane);
        books.update(
                "update partition_epoch set fenced = true, seq = ?, end_seq = ?, end_offset = ? where epoch = ?",
                seq,
                seq,
                end,
                epoch);
    }

    private List<Long> epochs() {
        return books.numbers("select epoch from partition_epoch order by epoch");
    }

    private TakeoverSnapshot.History history() {
        return new SqlAllocationStore(books.database(), WINDOW)
                .snapshot(List.of(SKU))
                .partitions()
                .get(0);
    }

    private List<TakeoverSnapshot.Earlier> toldToTheNextOwner() {
        return history().earlier();
    }

    private LaneBooks settlementFinds(int lane, long epoch) {
        return new SqlSettlementStore(books.database().transactions(), Runnable::run, WINDOW)
                .find(lane, Set.of(SKU), Set.of(new EpochKey(P, epoch)))
                .join();
    }

    @Test
    void hundredsOfOwnershipsThatAreOverAreForgotten() {
        for (long epoch = 1; epoch <= 700; epoch++) {
            ended(epoch, 0, 3, 100);
        }
        books.own(P, 701, "node-701", 0);
        assertThat(toldToTheNextOwner()).isEmpty();
        assertThat(history().leftOutAgeMillis()).isBetween(660_000L, 720_000L);
        old.forget();
        assertThat(epochs()).containsExactly(701L);
        assertThat(books.number("select forgotten from `partition`")).isEqualTo(700);
        assertThat(toldToTheNextOwner()).isEmpty();
        assertThat(history().leftOutAgeMillis()).isEqualTo(600_000);
    }

    @Test
    void whoseIdsAreInTheWindowIsKeptAndTold() {
        ended(1, 0, 3, 100);
        ended(2, 0, 3, 101);
        ended(3, 0, 3, 90);
        books.own(P, 4, "node-4", 0);
        assertThat(toldToTheNextOwner()).containsExactly(new TakeoverSnapshot.Earlier(2, 0, 3, true, 0, 101));
        old.forget();
        // The oldest go first, or nobody could tell who was forgotten.
        assertThat(epochs()).containsExactly(2L, 3L, 4L);
        assertThat(books.number("select forgotten from `partition`")).isEqualTo(1);
    }

    /** Nobody would know later how young the ids were that are forgotten. */
    @Test
    void whatIsBeforeTheWindowForItsManyIdsOnlyIsLeftOutButKept() {
        books.update("update lane_mark set marked = utc_timestamp(3) - interval 1 minute");
        books.update("update lane set ids = 2000025 where lane = 0");
        ended(1, 0, 3, 100);
        books.own(P, 2, "node-2", 0);
        assertThat(toldToTheNextOwner()).isEmpty();
        assertThat(history().leftOutAgeMillis()).isBetween(60_000L, 90_000L);
        old.forget();
        assertThat(epochs()).containsExactly(1L, 2L);
    }

    @Test
    void whereNothingIsLeftOutThatIsSaid() {
        ended(1, 0, 0, 0);
        ended(2, 0, 3, 150);
        books.own(P, 3, "node-3", 0);
        assertThat(toldToTheNextOwner()).containsExactly(new TakeoverSnapshot.Earlier(2, 0, 3, true, 0, 150));
        assertThat(history().leftOutAgeMillis()).isEqualTo(TakeoverSnapshot.NONE_LEFT_OUT);
    }

    @Test
    void ofMoreOwnershipsThanAreToldNothingIsClaimed() {
        for (long epoch = 1; epoch <= 65; epoch++) {
            ended(epoch, 0, 3, 150);
        }
        books.own(P, 66, "node-66", 0);
        assertThat(toldToTheNextOwner()).hasSize(64).noneMatch(earlier -> earlier.epoch() == 1);
        assertThat(history().leftOutAgeMillis()).isEqualTo(1);
    }

    @Test
    void whatIsNotFencedOrHaltedIsKept() {
        books.own(P, 1, "node-1", 0);
        ended(2, 0, 3, 90);
        old.forget();
        assertThat(epochs()).containsExactly(1L, 2L);
        books.update("update partition_epoch set fenced = true, halted = true where epoch = 1");
        books.own(P, 3, "node-3", 0);
        old.forget();
        assertThat(epochs()).containsExactly(1L, 2L, 3L);
    }

    /** Its fence may settle before another allocator has noted that it is the present one no longer. */
    @Test
    void thePresentOwnershipIsKept() {
        ended(1, 0, 3, 90);
        old.forget();
        assertThat(epochs()).containsExactly(1L);
    }

    @Test
    void ownershipsInSeveralLanesGoInTheirOrder() {
        ended(1, 1, 0, 0);
        ended(2, 0, 3, 90);
        ended(3, 1, 0, 0);
        ended(4, 0, 3, 90);
        books.own(P, 5, "node-5", 1);
        old.forget();
        assertThat(epochs()).containsExactly(5L);
    }

    /** An owner that was paused for an hour writes once more. That must not stop the lane. */
    @Test
    void whatAForgottenOwnerWritesIsStale() {
        ended(1, 0, 3, 90);
        books.own(P, 2, "node-2", 0);
        old.forget();
        assertThat(epochs()).containsExactly(2L);
        assertThat(settlementFinds(0, 1).epochs())
                .containsExactly(new LaneBooks.KnownEpoch(new EpochKey(P, 1), 0, true, false));
        assertThat(settlementFinds(0, 2).epochs())
                .containsExactly(new LaneBooks.KnownEpoch(new EpochKey(P, 2), 0, false, false));
        assertThat(settlementFinds(0, 3).epochs()).isEmpty();
        assertThat(settlementFinds(1, 2).epochs()).isEmpty();
    }

    /** From an allocator of an earlier version: then all that has settled now is before it. */
    @Test
    void anEndThatWasNotNotedIsTakenFromWhereTheLaneStands() {
        ended(1, 0, 3, 0);
        books.update("update partition_epoch set end_seq = 0");
        books.own(P, 2, "node-2", 0);
        assertThat(toldToTheNextOwner()).containsExactly(new TakeoverSnapshot.Earlier(1, 0, 3, true, 0, 0));
        old.forget();
        assertThat(toldToTheNextOwner()).containsExactly(new TakeoverSnapshot.Earlier(1, 0, 3, true, 0, 200));
        assertThat(books.number("select forgotten from `partition`")).isZero();
        books.update("update lane_mark set marked = utc_timestamp(3) - interval 11 minute");
        old.forget();
        assertThat(epochs()).containsExactly(2L);
    }

    @Test
    void aLaneThatNobodyWritesToAnyMoreGetsItsLastMark() {
        books.update("update lane set settled = 250, ids = 60 where lane = 0");
        old.forget();
        assertThat(books.numbers("select position from lane_mark where lane = 0 order by position"))
                .containsExactly(100L, 200L);
        books.update("update lane_mark set marked = marked - interval 10 second");
        old.forget();
        old.forget();
        assertThat(books.numbers("select position, ids from lane_mark where lane = 0 order by position"))
                .containsExactly(100L, 25L, 200L, 50L, 250L, 60L);
    }
}
