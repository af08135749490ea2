// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.RequestId;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousTest {
    private static int best(long hash, int... slots) {
        int best = slots[0];
        for (int slot : slots) {
            if (Rendezvous.score(hash, slot) > Rendezvous.score(hash, best)) {
                best = slot;
            }
        }
        return best;
    }

    @Test
    void theScoresAreForEver() {
        long hash = Rendezvous.hash(0x0123456789ABCDEFL, 0xFEDCBA9876543210L);
        assertThat(hash).isEqualTo(-5118459678960750861L);
        assertThat(IntStream.range(0, 4).mapToLong(slot -> Rendezvous.score(hash, slot)))
                .containsExactly(
                        7319017737265645770L, 8660623745403815819L, 7094490900795936148L, 2994803188526791162L);
        RequestId id = RequestId.of("order 1");
        assertThat(best(Rendezvous.hash(id.high(), id.low()), 0, 1, 2, 3, 4, 5, 6, 7))
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestsSpreadEvenlyWhetherTheirIdsAreRandomOrCounted(boolean random) {
        SplittableRandom ids = new SplittableRandom(1);
        int[] slots = IntStream.range(0, 8).toArray();
        int[] asked = new int[8];
        for (int i = 0; i < 80_000; i++) {
            asked[best(random ? Rendezvous.hash(ids.nextLong(), ids.nextLong()) : Rendezvous.hash(0, i), slots)]++;
        }
        // 10,000 each with a standard deviation of 94
        assertThat(IntStream.of(asked)).allMatch(count -> Math.abs(count - 10_000) < 500);
    }

    @Test
    void aSlotThatGoesMovesNobodyElse() {
        SplittableRandom ids = new SplittableRandom(2);
        for (int i = 0; i < 1_000; i++) {
            long hash = Rendezvous.hash(ids.nextLong(), ids.nextLong());
            int all = best(hash, 0, 1, 2, 3);
            assertThat(best(hash, 0, 1, 3)).isEqualTo(all == 2 ? best(hash, 0, 1, 3) : all);
        }
    }
}
