// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.api.SkuView;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatesTest {
    private final Rates rates = new Rates();

    private static SkuView sku(String code, long sold) {
        return new SkuView(code, SkuView.State.SELLING, false, 1, 0, 100, 100, 100 + sold, sold, 0);
    }

    @Test
    void aRateIsFromOneLookToTheNext() {
        rates.look(List.of(sku("A", 10), sku("B", 0)), 0);
        assertThat(rates.soldPerSecond("A")).isZero();

        rates.look(List.of(sku("A", 20), sku("B", 50), sku("new", 7)), 500_000_000L);
        assertThat(rates.soldPerSecond("A")).isEqualTo(20);
        assertThat(rates.soldPerSecond("B")).isEqualTo(100);
        assertThat(rates.soldPerSecond("new")).isZero();
        assertThat(List.of(sku("A", 20), sku("new", 7), sku("B", 50)).stream()
                        .sorted(rates.fastestFirst())
                        .map(SkuView::sku))
                .containsExactly("B", "A", "new");
    }
}
