// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BooksClockTest {
    @Test
    void itCarriesOnWhatTheDatabaseSaidByTheMonotonicClock() {
        Instant noon = Instant.parse("2026-03-27T12:00:00Z");
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
        BooksClock clock = new BooksClock(noon, nanos::get);
        nanos.addAndGet(1_500_000_000);
        assertThat(clock.now()).isEqualTo(noon.plusMillis(1_500));
        clock.hear(noon.minusSeconds(60));
        nanos.addAndGet(1_000_000);
        assertThat(clock.now()).isEqualTo(noon.minusSeconds(60).plusMillis(1));
    }
}
