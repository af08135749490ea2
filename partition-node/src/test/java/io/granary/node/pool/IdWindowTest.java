// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.RequestId;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdWindowTest {
    private final IdWindow window = new IdWindow();

    @Test
    void remembersForOneTurnAndForgetsAtTheSecond() {
        window.remember(1, 1, 5);

        window.turn(0);
        assertThat(window.find(1, 1)).isEqualTo(5);
        assertThat(window.size()).isEqualTo(1);

        window.turn(0);
        assertThat(window.find(1, 1)).isZero();
        assertThat(window.size()).isZero();
    }

    @Test
    void theFirstWordStandsAcrossATurn() {
        window.remember(1, 1, 5);
        window.turn(0);

        window.remember(1, 1, 6);

        assertThat(window.find(1, 1)).isEqualTo(5);
        assertThat(window.size()).isEqualTo(1);
    }

    @Test
    void aForgottenIdMayBeRememberedAnew() {
        window.remember(1, 1, 5);
        window.turn(0);
        window.turn(0);

        assertThat(window.find(1, 1)).isZero();
        window.add(1, 1, 6);

        assertThat(window.find(1, 1)).isEqualTo(6);
    }

    @Test
    void turningAnEmptyWindowDoesNothing() {
        window.turn(0);
        window.remember(1, 1, 5);
        window.turn(0);

        assertThat(window.find(1, 1)).isEqualTo(5);
    }

    @Test
    void itKnowsSinceWhenItRemembersAll() {
        window.remember(1, 1, 5);
        window.turn(100);
        assertThat(window.isCompleteSince(Long.MIN_VALUE / 2))
                .as("nothing was forgotten")
                .isTrue();
        window.remember(2, 2, 5);
        window.turn(200);
        assertThat(window.isCompleteSince(100)).isTrue();
        assertThat(window.isCompleteSince(99)).isFalse();
        window.turn(300);
        assertThat(window.isCompleteSince(200)).isTrue();
        assertThat(window.isCompleteSince(199)).isFalse();
    }

    @Test
    void turningForgetsNothingThatThereWasNot() {
        window.remember(1, 1, 5);
        window.turn(100);
        window.turn(200);
        assertThat(window.isCompleteSince(100)).isTrue();
        window.turn(300);
        window.turn(400);
        assertThat(window.isCompleteSince(100)).as("no id came since").isTrue();
        assertThat(window.isCompleteSince(99)).isFalse();
    }

    @Test
    void theLatestLimitCountsAlsoWhenTheClockOverflows() {
        window.limitTo(Long.MAX_VALUE - 5);
        window.limitTo(Long.MAX_VALUE - 10);
        assertThat(window.isCompleteSince(Long.MAX_VALUE - 5)).isTrue();
        assertThat(window.isCompleteSince(Long.MAX_VALUE - 6)).isFalse();
        assertThat(window.isCompleteSince(Long.MIN_VALUE + 5)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithTwoMaps(long seed) {
        Random random = new Random(seed);
        Map<RequestId, Long> present = new HashMap<>();
        Map<RequestId, Long> before = new HashMap<>();
        for (int i = 0; i < 30_000; i++) {
            RequestId id = new RequestId(random.nextInt(2), random.nextInt(2_000));
            long known = present.getOrDefault(id, before.getOrDefault(id, 0L));
            assertThat(window.find(id.high(), id.low())).isEqualTo(known);
            if (known == 0 || random.nextInt(4) == 0) {
                window.remember(id.high(), id.low(), i + 1);
                if (known == 0) {
                    present.put(id, i + 1L);
                }
            }
            if (random.nextInt(1_500) == 0) {
                window.turn(0);
                before = present;
                present = new HashMap<>();
            }
            assertThat(window.size()).isEqualTo(present.size() + before.size());
        }
    }
}
