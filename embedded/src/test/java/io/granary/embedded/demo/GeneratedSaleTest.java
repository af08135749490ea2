// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.model.RequestId;
import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratedSaleTest {
    private static Orders orders(GeneratedSale sale) {
        Orders.Builder builder = new Orders.Builder();
        sale.addTo(builder);
        return builder.build(0);
    }

    @Test
    void isAsTheIssueDescribesIt() {
        Orders orders = orders(GeneratedSale.DEFAULT);

        assertThat(orders.size()).isEqualTo(306_000);
        assertThat(orders.skus()).hasSize(41);
        Set<RequestId> ids = new HashSet<>();
        long again = 0;
        long wrong = 0;
        for (int step = 0; step < orders.size(); step++) {
            int first = orders.first(step);
            ids.add(orders.id(step));
            again += first != step ? 1 : 0;
            boolean same = orders.id(step).equals(orders.id(first)) && orders.units(step) == orders.units(first);
            wrong += orders.isRestock(step) || first > step || !same ? 1 : 0;
        }
        assertThat(wrong).isZero();
        assertThat(ids).hasSize(300_000);
        assertThat(again).isEqualTo(6_000);
    }

    @Test
    void theHotSkuIsAskedForTwiceAsOftenAsItHasUnits() {
        Orders orders = orders(GeneratedSale.DEFAULT);
        int hot = orders.skus().indexOf(GeneratedSale.HOT);

        assertThat(GeneratedSale.DEFAULT.hotUnits()).isEqualTo(100_000);
        assertThat(orders.demand()[hot]).isEqualTo(200_000);
        assertThat(orders.singleUnitsOnly()[hot]).isTrue();
    }

    @Test
    void theOthersAreSkewedAndHalfOfThemAreAskedForMoreThanOneUnitAtATime() {
        Orders orders = orders(GeneratedSale.DEFAULT);
        boolean[] single = orders.singleUnitsOnly();

        assertThat(IntStream.range(0, single.length).filter(i -> single[i])).hasSize(21);
        long[] demand = orders.demand();
        long most = demand[orders.skus().indexOf(new Sku("SKU-00"))];
        long least = demand[orders.skus().indexOf(new Sku("SKU-38"))];
        assertThat(most).isGreaterThan(20 * least);
    }

    @Test
    void theSeedDecides() {
        GeneratedSale small = GeneratedSale.DEFAULT.withRequests(2_000);

        assertThat(steps(orders(small))).isEqualTo(steps(orders(small)));
        assertThat(steps(orders(small))).isNotEqualTo(steps(orders(small.withSeed(2))));
    }

    private static List<String> steps(Orders orders) {
        List<String> steps = new ArrayList<>();
        for (int step = 0; step < orders.size(); step++) {
            steps.add(orders.skus().get(orders.sku(step)) + " " + orders.units(step) + " " + orders.id(step));
        }
        return steps;
    }

    @Test
    void refusesWhatMakesNoSale() {
        assertThatThrownBy(() -> new GeneratedSale(1, 2, 40, 20)).hasMessageContaining("requests: 2");
    }
}
