// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static io.granary.allocator.allocation.Decision.NO_TARGET;
import static io.granary.allocator.allocation.Move.INVENTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.api.RebalanceKind;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RebalancePlannerTest {
    private static final List<RebalanceKind> MOVING = List.of(
            RebalanceKind.EVEN,
            RebalanceKind.FOLLOW_DEMAND,
            RebalanceKind.GATHER,
            RebalanceKind.SLOTS,
            RebalanceKind.HOME);

    private static SkuBook book(long inventory, long pool, int slots) {
        return new SkuBook(1, new Sku("A"), false, slots, inventory, pool, inventory + pool, 1_000_000, List.of());
    }

    private static SlotView slot(int slot, long units, double unitsPerSecond) {
        return SlotView.open(
                new PartitionBook(slot, 1, "node", 0, units, 0, 0),
                new Holding(units, 0, units, unitsPerSecond, false, 0),
                0);
    }

    private static List<SlotView> slots(long... units) {
        List<SlotView> slots = new ArrayList<>();
        for (long one : units) {
            slots.add(slot(slots.size(), one, 0));
        }
        return slots;
    }

    private static List<String> moves(RebalancePlanner.Plan plan) {
        return plan.moves().stream()
                .map(move -> move.units() + " from " + move.from() + " to " + move.to())
                .toList();
    }

    private static RebalancePlanner.Plan plan(RebalanceKind kind, SkuBook book, List<SlotView> slots) {
        return RebalancePlanner.plan(kind, NO_TARGET, book, slots);
    }

    @Test
    void evenGivesEachSlotTheSame() {
        RebalancePlanner.Plan plan = plan(RebalanceKind.EVEN, book(50, 120, 3), slots(100, 20, 0));
        assertThat(moves(plan)).containsExactly("20 from 0 to 1", "40 from 0 to 2");
        assertThat(plan.moves().get(0).why()).isEqualTo("slot 0 has 100 units, its even share is 40");
        assertThat(plan.reason()).contains("120 units").contains("2 moves");
    }

    @Test
    void evenIsContentWithADifferenceOfOneWhereverItIs() {
        assertThat(plan(RebalanceKind.EVEN, book(0, 11, 3), slots(3, 4, 4)).moves())
                .isEmpty();
        assertThat(plan(RebalanceKind.EVEN, book(0, 11, 3), slots(4, 3, 4)).moves())
                .isEmpty();
        assertThat(plan(RebalanceKind.EVEN, book(0, 0, 3), slots(0, 0, 0)).moves())
                .isEmpty();
    }

    @Test
    void followDemandGivesByRecentRatesAndEmptiesNone() {
        List<SlotView> slots = List.of(slot(0, 500, 0), slot(1, 500, 300), slot(2, 0, 100));
        RebalancePlanner.Plan plan = plan(RebalanceKind.FOLLOW_DEMAND, book(0, 1_000, 3), slots);
        // 300 : 100 and a twentieth of the mean for everybody: 6.67, 306.67, 106.67 of 420.
        assertThat(moves(plan)).containsExactly("230 from 0 to 1", "254 from 0 to 2");
        assertThat(plan(RebalanceKind.FOLLOW_DEMAND, book(0, 10, 2), slots(8, 2))
                        .reason())
                .contains("no slot has sold anything");
    }

    @Test
    void gatherBringsEverythingWhereTheMostAre() {
        RebalancePlanner.Plan plan = plan(RebalanceKind.GATHER, book(5, 12, 3), slots(3, 7, 2));
        assertThat(moves(plan)).containsExactly("3 from 0 to 1", "2 from 2 to 1", "5 from " + INVENTORY + " to 1");
        assertThat(moves(RebalancePlanner.plan(RebalanceKind.GATHER, 2, book(0, 10, 3), slots(3, 7, 0))))
                .containsExactly("3 from 0 to 2", "7 from 1 to 2");
        assertThat(RebalancePlanner.plan(RebalanceKind.GATHER, 3, book(0, 10, 3), slots(3, 7, 0))
                        .refused())
                .isTrue();
    }

    @Test
    void homeBringsEverythingToTheInventory() {
        assertThat(moves(plan(RebalanceKind.HOME, book(5, 10, 3), slots(3, 7, 0))))
                .containsExactly("3 from 0 to " + INVENTORY, "7 from 1 to " + INVENTORY);
    }

    @Test
    void fewerSlotsLeaveNothingInThoseThatGo() {
        assertThat(moves(plan(RebalanceKind.SLOTS, book(0, 12, 2), slots(4, 2, 3, 3))))
                .containsExactly("2 from 2 to 0", "1 from 2 to 1", "3 from 3 to 1");
    }

    @Test
    void moreSlotsTakeTheirShareOfTheOthers() {
        List<SlotView> slots = new ArrayList<>(slots(6, 6));
        slots.add(SlotView.fresh(PartitionBook.neverOpened(2)));
        assertThat(moves(plan(RebalanceKind.SLOTS, book(0, 12, 3), slots)))
                .containsExactly("2 from 0 to 2", "2 from 1 to 2");
    }

    @Test
    void aSlotWhoseOwnerSaysNothingIsLeftOut() {
        List<SlotView> slots = new ArrayList<>(slots(10, 0));
        slots.add(SlotView.silent(new PartitionBook(2, 3, "gone", 1, 100, 0, 0)));
        assertThat(moves(plan(RebalanceKind.EVEN, book(0, 110, 3), slots))).containsExactly("5 from 0 to 1");
        assertThat(RebalancePlanner.silentSlot(slots)).isEqualTo(2);
        assertThat(RebalancePlanner.silentSlot(slots(1, 2))).isNull();
    }

    @Test
    void whatASlotIsAskedForAlreadyIsNotItsOwnAnyMore() {
        SlotView asked =
                SlotView.open(new PartitionBook(0, 1, "node", 0, 100, 0, 0), new Holding(100, 0, 100, 0, false, 0), 60);
        assertThat(plan(RebalanceKind.EVEN, book(0, 140, 2), List.of(asked, slot(1, 40, 0)))
                        .moves())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"DRAIN", "LEVEL", "FREEZE", "UNFREEZE"})
    void onlyKindsThatMoveUnitsArePlanned(RebalanceKind kind) {
        assertThatThrownBy(() -> plan(kind, book(0, 10, 1), slots(10))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void randomBooksKeepTheirSumsAndAreBalancedAfterwards() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int all = 1 + random.nextInt(8);
            int active = 1 + random.nextInt(all);
            long[] units = new long[all];
            double[] rates = new double[all];
            long pool = 0;
            for (int i = 0; i < all; i++) {
                units[i] = random.nextInt(4) == 0 ? 0 : random.nextLong(random.nextBoolean() ? 10 : 1L << 40);
                rates[i] = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 1_000;
                pool += units[i];
            }
            long inventory = random.nextInt(3) == 0 ? 0 : random.nextInt(1_000);
            for (RebalanceKind kind : MOVING) {
                check("seed " + seed + ", " + kind, kind, active, inventory, pool, units.clone(), rates);
            }
        }
    }

    private static void check(
            String name, RebalanceKind kind, int active, long inventory, long pool, long[] units, double[] rates) {
        long home = inventory;
        for (Move move :
                plan(kind, book(inventory, pool, active), views(units, rates)).moves()) {
            assertThat(move.to()).as(name).isLessThan(active);
            if (move.from() == INVENTORY) {
                home -= move.units();
            } else {
                units[move.from()] -= move.units();
                assertThat(units[move.from()]).as(name).isNotNegative();
            }
            if (move.to() == INVENTORY) {
                home += move.units();
            } else {
                units[move.to()] += move.units();
            }
        }
        long sum = home;
        for (long one : units) {
            sum += one;
        }
        assertThat(home).as(name).isNotNegative();
        assertThat(sum).as(name).isEqualTo(inventory + pool);
        assertThat(plan(kind, book(home, sum - home, active), views(units, rates))
                        .moves())
                .as(name + ", planned again")
                .isEmpty();
    }

    private static List<SlotView> views(long[] units, double[] rates) {
        List<SlotView> views = new ArrayList<>();
        for (int i = 0; i < units.length; i++) {
            views.add(slot(i, units[i], rates[i]));
        }
        return views;
    }
}
