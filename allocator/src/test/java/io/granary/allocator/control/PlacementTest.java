// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final List<String> ALL = List.of("c", "a", "b");

    private final Placement placement = new Placement();

    /** Of each node: how many partitions of the SKU it owns, and how many in all. */
    @ParameterizedTest(name = "{7}: {6}")
    @CsvSource({
        "1, 1, 0, 9, 1, 0, b, the fewest of the same SKU go before the fewest in all",
        "1, 5, 1, 4, 1, 6, b, of those with as many of the SKU the fewest in all",
        "0, 3, 0, 3, 0, 2, c, an empty SKU goes to the fewest in all",
        "2, 7, 2, 7, 2, 7, a, all alike: the first by name"
    })
    void choosesByTheSkuThenByAllThenByName(
            int aOfSku, int a, int bOfSku, int b, int cOfSku, int c, String chosen, String rule) {
        placement.reset(Map.of("a", a, "b", b, "c", c));

        Map<String, Integer> ofSku = Map.of("a", aOfSku, "b", bOfSku, "c", cOfSku);
        assertThat(placement.choose(ALL, ofSku, null)).as(rule).isEqualTo(chosen);
    }

    @Nested
    class OfOneThatIsAvoided {
        @BeforeEach
        void bIsTheBest() {
            placement.reset(Map.of("a", 9, "c", 8));
        }

        @Test
        void theOthersComeFirstHoweverMuchTheyHave() {
            assertThat(placement.choose(ALL, Map.of("a", 3, "c", 3), "b")).isEqualTo("c");
            assertThat(placement.choose(List.of("b", "a"), Map.of("a", 3), "b")).isEqualTo("a");
        }

        @Test
        void itIsTakenIfThereIsNoOther() {
            assertThat(placement.choose(List.of("b"), Map.of(), "b")).isEqualTo("b");
        }

        @Test
        void oneThatIsGoneMakesNoDifference() {
            assertThat(placement.choose(ALL, Map.of(), "gone")).isEqualTo("b");
        }
    }

    @Test
    void whatWasChosenCountsFromThenOn() {
        assertThat(placement.choose(ALL, Map.of(), null)).isEqualTo("a");
        assertThat(placement.choose(ALL, Map.of(), null)).isEqualTo("b");
        assertThat(placement.choose(ALL, Map.of(), null)).isEqualTo("c");
        assertThat(placement.choose(ALL, Map.of(), null)).isEqualTo("a");
    }

    @Test
    void theBooksReplaceWhatWasCounted() {
        placement.choose(ALL, Map.of(), null);
        placement.choose(ALL, Map.of(), null);
        placement.reset(Map.of("c", 1));

        assertThat(placement.choose(ALL, Map.of(), null)).isEqualTo("a");
    }

    @Test
    void withoutANodeThereIsNoChoice() {
        assertThat(placement.choose(List.of(), Map.of(), null)).isNull();
    }
}
