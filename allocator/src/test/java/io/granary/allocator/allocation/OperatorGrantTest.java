// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.Sku;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OperatorGrantTest {
    private static final Sku SKU = new Sku("A");

    /** Slots 0 and 1 are open and hold 10 and 4, slot 2 was never opened; inventory 1,000,000. */
    private static final SkuBook BOOK =
            new SkuBook(1, SKU, false, 3, 1_000_000, 14, 1_000_014, 1_000_014, List.of(open(0, 10), open(1, 4)));

    private static PartitionBook open(int slot, long held) {
        return new PartitionBook(slot, 7, "node", 0, held, 0, 0);
    }

    private static List<Grant> grants(long units, OptionalInt slot) {
        return new OperatorGrant(SKU, units, slot, Operator.named("ann"))
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
        assertThatThrownBy(() -> new OperatorGrant(SKU, 1, OptionalInt.empty(), Operator.named("ann")).change(frozen))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessageContaining("frozen");
    }
}
