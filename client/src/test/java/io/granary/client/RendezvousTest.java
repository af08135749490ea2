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
                .containsExactly(7798980448278308864L, 6344030885539527681L, 776550220327245826L, 3918520677330449411L);
        RequestId id = RequestId.of("order 1");
        assertThat(best(Rendezvous.hash(id.high(), id.low()), 0, 1, 2, 3, 4, 5, 6, 7))
                .isEqualTo(5);
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
    void manySlotsShareEvenly() {
        SplittableRandom ids = new SplittableRandom(3);
        int[] slots = IntStream.range(0, 64).toArray();
        int[] asked = new int[64];
        for (int i = 0; i < 640_000; i++) {
            asked[Rendezvous.first(Rendezvous.hash(ids.nextLong(), ids.nextLong()), slots)]++;
        }
        // 10,000 each with a standard deviation of 99
        assertThat(IntStream.of(asked)).allMatch(count -> Math.abs(count - 10_000) < 500);
    }

    @Test
    void whatASlotThatGoesHadIsSharedByAllThatStay() {
        SplittableRandom ids = new SplittableRandom(4);
        int[] second = new int[16];
        int[] all = IntStream.range(0, 16).toArray();
        int[] rest = IntStream.range(0, 15).toArray();
        for (int i = 0; i < 240_000; i++) {
            long hash = Rendezvous.hash(ids.nextLong(), ids.nextLong());
            if (Rendezvous.first(hash, all) == 15) {
                second[Rendezvous.first(hash, rest)]++;
            }
        }
        // 1,000 each with a standard deviation of 31
        assertThat(IntStream.of(second).limit(15)).allMatch(count -> Math.abs(count - 1_000) < 200);
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
