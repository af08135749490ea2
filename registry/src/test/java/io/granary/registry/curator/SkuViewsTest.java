// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.registry.PartitionEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import java.util.List;
import org.junit.jupiter.api.Test;

class SkuViewsTest {
    @Test
    void ofEachSlotTheHighestEpochCounts() {
        SkuView view = SkuViews.of(
                new SkuEntry(SkuState.SELLING, 4),
                List.of("10.1.a", "2.9.a", "2.10.b", "2.8.c", "rubbish", "0.1.b", "0.1.a"));
        assertThat(view)
                .isEqualTo(new SkuView(
                        SkuState.SELLING,
                        4,
                        List.of(
                                new PartitionEntry(0, 1, "b"),
                                new PartitionEntry(2, 10, "b"),
                                new PartitionEntry(10, 1, "a"))));
    }

    @Test
    void anExhaustedOneCountsByItsEpochAndUnitsDecideBetweenTwoEntriesOfOneOwner() {
        SkuView view = SkuViews.of(
                new SkuEntry(SkuState.SELLING, 3), List.of("0.1.a", "x0.2.b", "x1.1.a", "1.2.b", "x2.1.a", "2.1.a"));
        assertThat(view.partitions())
                .containsExactly(
                        new PartitionEntry(0, 2, "b", true),
                        new PartitionEntry(1, 2, "b"),
                        new PartitionEntry(2, 1, "a"));
    }
}
