// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.RefusedIntentionException;
import io.granary.allocator.allocation.TakeoverSnapshot;
import io.granary.allocator.settlement.IdWindow;
import io.granary.api.LaneView;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SqlDecisionsIT {
    private static final Sku SKU = new Sku("hot");
    private static final PartitionId HALTED = new PartitionId(SKU, 1);
    private static final Operator ANN = Operator.named("ann");
    private static final SettledLane LANE = new SettledLane(2, 17);

    private record SettledLane(int number, long settled) {}

    private final Books books = Books.open();
    private final SqlDecisions decisions = new SqlDecisions(books.database().transactions());

    /** Slot 1 was granted 100 units; 10 have settled, then its epoch was halted. */
    @BeforeEach
    void halt() {
        books.addSku(SKU, 2, 1_000);
        books.own(HALTED, 1, "node-1", LANE.number());
        books.own(new PartitionId(SKU, 0), 1, "node-1", LANE.number());
        books.grant(HALTED, 100);
        books.update("update `partition` set consumed = 10, halted = true where slot = 1");
        books.update("update sku set pool = pool - 10, actual = actual - 10, written_off = 10");
        books.update("update partition_epoch set halted = true, halt_reason = 'lane 2 offset 9: it jumped to seq 3'"
                + " where slot = 1");
        books.update("insert into lane (lane, settled) values (?, ?)", LANE.number(), LANE.settled());
    }

    @AfterEach
    void close() {
        books.close();
    }

    private List<String> drifts() {
        return new Reconcile(books.database())
                .check().stream().map(Drift::toString).toList();
    }

    private void fence() {
        books.update("update partition_epoch set fenced = true where slot = 1");
    }

    @Test
    void lockedUnitsAndStoppedLanesDoNotAddUp() {
        books.update("update lane set alarm = 'the record at 17 is gone'");

        assertThat(drifts())
                .containsExactly(
                        "hot: partitions that are halted = 0: 1 and 0",
                        "hot: units locked in halted partitions = 0: 90 and 0",
                        "alarms of lane 2, settled up to 17 = 0: the record at 17 is gone: 1 and 0");
        SqlViews views = new SqlViews(books.database().transactions());
        assertThat(views.halts())
                .isEqualTo(new SqlViews.Halts(
                        1, List.of("hot/1: halted, 90 units are locked: lane 2 offset 9: it jumped to seq 3")));
    }

    @Test
    void whatHasLeftAHaltedPartitionIsWrittenOffAndTheRestIsFree() {
        fence();
        decisions.repair(SKU, 1, 50, "50 orders were confirmed", new Operator("ann", "key-1"));
        decisions.repair(SKU, 1, 50, "50 orders were confirmed", new Operator("ann", "key-1"));

        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(900, 40, 940, 1_000, 0, 60));
        assertThat(books.numbers("select consumed, halted from `partition` where slot = 1"))
                .containsExactly(60L, 0L);
        assertThat(books.numbers("select halted, fenced from partition_epoch where slot = 1"))
                .containsExactly(0L, 1L);
        assertThat(drifts()).isEmpty();
        assertThat(books.texts("select kind, sku, subject, units, what, who from operation"))
                .containsExactly("REPAIR_PARTITION", "hot", "slot 1", "50", "50 orders were confirmed", "ann");
    }

    @Test
    void allThatItHoldsMayHaveLeftItAndNoMore() {
        fence();
        assertThatThrownBy(() -> decisions.repair(SKU, 1, 91, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessage("consumed: 91 of hot/1 (expected: at most 90, what it holds in the books)");
        decisions.repair(SKU, 1, 90, "lost", ANN);

        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(900, 0, 900, 1_000, 0, 100));
    }

    @Test
    void whileMoreMayLeaveItNothingCanBeDecided() {
        assertThatThrownBy(() -> decisions.repair(SKU, 1, 50, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessageStartingWith("slot: 1 of hot (expected: one whose halted epochs have ended");
        assertThat(books.number("select halted from `partition` where slot = 1"))
                .isEqualTo(1);
        assertThat(books.number("select count(*) from operation")).isZero();
    }

    @Test
    void onlyAHaltedPartitionIsRepaired() {
        assertThatThrownBy(() -> decisions.repair(SKU, 0, 0, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessageStartingWith("slot: 0 of hot (expected: one that is halted");
        assertThatThrownBy(() -> decisions.repair(new Sku("none"), 0, 0, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessageStartingWith("sku: 'none'");
    }

    @Test
    void aSkippedRecordIsSeenBySettlementAndByTakeovers() {
        assertThat(decisions.isSkipped(LANE.number(), 17, 5)).isFalse();
        decisions.skip(LANE.number(), 17, 5, "the disk lost a sector", ANN);

        assertThat(decisions.isSkipped(LANE.number(), 17, 5)).isTrue();
        assertThat(decisions.isSkipped(LANE.number(), 17, 6)).isFalse();
        SqlSettlementStore settlement =
                new SqlSettlementStore(books.database().transactions(), Runnable::run, IdWindow.DEFAULT);
        assertThat(settlement.isSkipped(LANE.number(), 17, 5)).isCompletedWithValue(true);
        assertThat(settlement.isSkipped(LANE.number(), 17, 6)).isCompletedWithValue(false);
        books.own(HALTED, 2, "node-2", 3);
        assertThat(new SqlAllocationStore(books.database(), IdWindow.DEFAULT)
                        .snapshot(List.of(SKU))
                        .lanes())
                .containsEntry(
                        LANE.number(),
                        new TakeoverSnapshot.LaneStand(17, 0, 0, List.of(new TakeoverSnapshot.Skip(17, 5))));
        assertThat(books.texts("select kind, subject, who from operation"))
                .containsExactly("SKIP_RECORD", "lane 2 offset 17", "ann");
    }

    @Test
    void whatHasSettledIsNotSkipped() {
        assertThatThrownBy(() -> decisions.skip(LANE.number(), 16, 5, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessage("offset: 16 of lane 2 (expected: at least 17, the first that has not settled)");
        assertThatThrownBy(() -> decisions.skip(9, 16, 5, "lost", ANN))
                .isInstanceOf(RefusedIntentionException.class)
                .hasMessageContaining("a lane that the books know");
    }

    @Test
    void lanesAreShownAsTheyStand() {
        books.update("update lane set alarm = 'gone', owner = 'node-1'");
        assertThat(decisions.lanes()).containsExactly(new LaneView(LANE.number(), "node-1", LANE.settled(), "gone"));
    }

    @Test
    void anAlarmIsClearedOnlyWhereAndAsItStands() {
        SqlSettlementStore settlement =
                new SqlSettlementStore(books.database().transactions(), Runnable::run, IdWindow.DEFAULT);
        settlement.raise(LANE.number(), 17, "gone").join();
        settlement.clear(LANE.number(), 16, "gone").join();
        settlement.clear(LANE.number(), 17, "another").join();
        assertThat(decisions.lanes().get(0).alarm()).isEqualTo("gone");
        settlement.clear(LANE.number(), 17, "gone").join();
        assertThat(decisions.lanes().get(0).alarm()).isNull();
    }
}
