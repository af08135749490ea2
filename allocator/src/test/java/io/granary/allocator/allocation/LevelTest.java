// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LevelTest {
    @Test
    void thoseWithTheFewestGetUnitsFirst() {
        assertThat(Level.fill(new long[] {10, 0, 4}, 3)).containsExactly(0, 3, 0);
        assertThat(Level.fill(new long[] {10, 0, 4}, 6)).containsExactly(0, 5, 1);
        assertThat(Level.fill(new long[] {10, 0, 4}, 100)).containsExactly(28, 38, 34);
        assertThat(Level.fill(new long[] {7}, 5)).containsExactly(5);
        assertThat(Level.fill(new long[] {7, 7}, 0)).containsExactly(0, 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void allUnitsAreGivenAndNobodyEndsMoreThanOneAboveAnother(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            long[] has = LongStream.generate(() -> random.nextInt(20))
                    .limit(1 + random.nextInt(10))
                    .toArray();
            long units = random.nextInt(100);
            long[] given = Level.fill(has, units);
            String what = "seed " + seed + ": " + Arrays.toString(has) + " and " + units;
            assertThat(LongStream.of(given).sum()).as(what).isEqualTo(units);
            long least = Long.MAX_VALUE;
            for (int i = 0; i < has.length; i++) {
                assertThat(given[i]).as(what).isNotNegative();
                least = Math.min(least, has[i] + given[i]);
            }
            for (int i = 0; i < has.length; i++) {
                assertThat(given[i] == 0 || has[i] + given[i] <= least + 1)
                        .as(what)
                        .isTrue();
            }
        }
    }
}
