// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {
    private final AnswerTimes times = new AnswerTimes();

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(times.slowest()).isZero();
    }

    @Test
    void theSlowestOfTheLastSixteenCounts() {
        Random random = new Random(1);
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            long nanos = random.nextInt(50);
            all.add(nanos);
            times.add(nanos);
            assertThat(times.slowest())
                    .isEqualTo(Collections.max(all.subList(Math.max(0, all.size() - 16), all.size())));
        }
    }
}
