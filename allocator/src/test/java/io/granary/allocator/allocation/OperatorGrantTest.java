// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.Sku;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorGrantTest {
    private static final Sku SKU = new Sku("A");

    /** Slots 0 and 1 are open and hold 10 and 4, slot 2 was never opened; inventory 1,000,000. */
    private static final SkuBook BOOK =
            new SkuBook(1, SKU, false, 3, 1_000_000, 14, 1_000_014, 1_000_014, List.of(open(0, 10), open(1, 4)));

    private static PartitionBook open(int slot, long held) {
        return new PartitionBook(slot, 7, "node", 0, held, 0, 0);
    }

    private static List<Grant> grants(long units, OptionalInt slot) {
        return OperatorGrant.of(SKU, units, slot, Operator.named("ann"))
                .change(BOOK)
                .grants();
    }

    @Test
    void partitionsBecomeEven() {
        assertThat(grants(10, OptionalInt.empty()))
                .containsExactly(new Grant(0, 7, 2, Grant.Reason.OPERATOR), new Grant(1, 7, 8, Grant.Reason.OPERATOR));
        assertThat(grants(3, OptionalInt.empty())).containsExactly(new Grant(1, 7, 3, Grant.Reason.OPERATOR));
    }

    @Test
    void largeGrantsAreWholeAndNearlyEven() {
        List<Grant> grants = grants(999_999, OptionalInt.empty());
        assertThat(grants.stream().mapToLong(Grant::units).sum()).isEqualTo(999_999);
        assertThat(grants).allSatisfy(grant -> assertThat(grant.units()).isBetween(499_000L, 501_000L));
    }

    @Test
    void oneSlotGetsAll() {
        assertThat(grants(10, OptionalInt.of(0))).containsExactly(new Grant(0, 7, 10, Grant.Reason.OPERATOR));
    }

    @Test
    void whatTheBooksDoNotHaveIsRefused() {
        assertThatThrownBy(() -> grants(1_000_001, OptionalInt.empty()))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessage(
                        "units: 1000001 of A (expected: at most 1000000, the inventory; partitions hold another 14)");
        assertThatThrownBy(() -> grants(1, OptionalInt.of(2)))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessageStartingWith("slot: 2 of A");
        SkuBook frozen = new SkuBook(
                1, SKU, false, true, 3, SkuPlan.NONE, 1_000_000, 4, 1_000_004, 1_000_004, List.of(open(1, 4)), null);
        assertThatThrownBy(() -> OperatorGrant.of(SKU, 1, OptionalInt.empty(), Operator.named("ann"))
                        .change(frozen))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessageContaining("frozen");
    }

    @Test
    void aHaltedPartitionGetsNothing() {
        PartitionBook halted = new PartitionBook(0, 7, "node", 0, 10, 0, 0, true);
        SkuBook book = new SkuBook(1, SKU, false, 2, 100, 14, 114, 114, List.of(halted, open(1, 4)));

        assertThat(OperatorGrant.of(SKU, 20, OptionalInt.empty(), Operator.named("ann"))
                        .change(book)
                        .grants())
                .containsExactly(new Grant(1, 7, 20, Grant.Reason.OPERATOR));
        assertThatThrownBy(() -> OperatorGrant.of(SKU, 20, OptionalInt.of(0), Operator.named("ann"))
                        .change(book))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessageContaining("not halted");
    }

    private static SkuBook book(long inventory, SkuPlan plan, PartitionBook... partitions) {
        long pool = List.of(partitions).stream().mapToLong(PartitionBook::held).sum();
        long actual = inventory + pool;
        return new SkuBook(1, SKU, false, false, 3, plan, inventory, pool, actual, actual, List.of(partitions), null);
    }

    /** Level, inventory, ceiling (0: none) of a pool of 14 units; what is granted, and whether the plan keeps it short. */
    @ParameterizedTest
    @CsvSource({
        "20, 100,  0,  6, false",
        "20,   4,  0,  4, false",
        "20, 100, 17,  3, true",
        "20,   3, 17,  3, false",
        "20, 100, 10,  0, true",
        "14, 100,  0,  0, false",
        "10, 100, 10,  0, false"
    })
    void aTopUpFillsThePoolAsFarAsInventoryAndPlanAllow(
            long level, long inventory, long ceiling, long granted, boolean capped) {
        SkuPlan plan = ceiling == 0 ? SkuPlan.NONE : new SkuPlan(null, null, null, ceiling, null);
        SkuBook book = book(inventory, plan, open(0, 10), open(1, 4));
        OperatorGrant order = OperatorGrant.upTo(level, SKU, Operator.named("ann"));
        SkuBook after = book.after(order.change(book), assignment -> false).book();
        assertThat(after.pool()).isEqualTo(14 + granted);
        assertThat(after.inventory()).isEqualTo(inventory - granted);
        assertThat(order.isCapped(after)).isEqualTo(capped);
        assertThat(order.change(after).isEmpty()).as("once is enough").isTrue();
    }

    @Test
    void partitionsThatOperatorsHaveRemovedGetNothing() {
        SkuBook removed = book(100, SkuPlan.NONE, open(0, 10), open(1, 4), open(3, 0));
        assertThat(OperatorGrant.of(SKU, 6, OptionalInt.empty(), Operator.named("ann"))
                        .change(removed)
                        .grants())
                .extracting(Grant::slot)
                .containsExactly(1);
        assertThatThrownBy(() -> OperatorGrant.of(SKU, 6, OptionalInt.of(3), Operator.named("ann"))
                        .change(removed))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessage("slot: 3 of A (expected: one that is open and not halted, of 3)");
    }
}
