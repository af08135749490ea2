// SPDX-License-Identifier: Apache-2.0
package io.granary.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.Sku;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineWheelTest {
    private static final long MS = 1_000_000;
    private static final Sku SKU = new Sku("a");

    private final DeadlineWheel wheel = new DeadlineWheel(0);

    private static Call call() {
        return new Call(SKU, 1, 2, 3, 4);
    }

    private List<Call> advance(long nowNanos) {
        List<Call> woken = new ArrayList<>();
        wheel.advance(nowNanos, woken::add);
        return woken;
    }

    @Test
    void wakesNeverEarlyAndAtMostTwoTicksLate() {
        Call call = call();
        wheel.set(call, 10 * MS);
        assertThat(advance(10 * MS - 1)).isEmpty();
        assertThat(advance(13 * MS)).containsExactly(call);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void wakesWhatIsLongPast() {
        Call call = call();
        wheel.set(call, -5 * MS);
        assertThat(advance(3 * MS)).containsExactly(call);
    }

    @Test
    void wakesWhatIsMoreThanOneTurnAhead() {
        Call call = call();
        wheel.set(call, 3_600_000 * MS);
        assertThat(advance(4_400 * MS)).isEmpty();
        assertThat(advance(3_599_990 * MS)).isEmpty();
        assertThat(advance(3_600_003 * MS)).containsExactly(call);
    }

    @Test
    void forgetsWhatIsTakenOutAndMovesWhatIsSetAgain() {
        Call first = call();
        Call second = call();
        Call third = call();
        wheel.set(first, 10 * MS);
        wheel.set(second, 10 * MS);
        wheel.set(third, 10 * MS);
        wheel.remove(second);
        wheel.remove(second);
        wheel.set(third, 20 * MS);
        assertThat(wheel.calls()).containsExactlyInAnyOrder(first, third);
        assertThat(advance(15 * MS)).containsExactly(first);
        assertThat(advance(25 * MS)).containsExactly(third);
    }

    @Test
    void whatIsWokenMayBeSetAgainAtOnce() {
        Call call = call();
        wheel.set(call, MS);
        wheel.advance(5 * MS, woken -> wheel.set(woken, 0));
        assertThat(wheel.size()).isEqualTo(1);
        assertThat(advance(7 * MS)).containsExactly(call);
    }

    @Test
    void anEmptyWheelNeedsNoTimer() {
        assertThat(wheel.nextTick()).isEqualTo(DeadlineWheel.NEVER);
        Call call = call();
        wheel.set(call, 10 * MS);
        assertThat(wheel.nanosUntil(wheel.nextTick(), 0)).isBetween(10 * MS, 12 * MS);
        wheel.remove(call);
        advance(20 * MS);
        assertThat(wheel.nextTick()).isEqualTo(DeadlineWheel.NEVER);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<Call, Long> due = new HashMap<>();
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            Call call = random.nextInt(3) > 0 || due.isEmpty()
                    ? call()
                    : due.keySet().iterator().next();
            if (random.nextInt(4) == 0) {
                wheel.remove(call);
                due.remove(call);
            } else {
                long at = now + random.nextLong(random.nextBoolean() ? 20 * MS : 10_000 * MS);
                wheel.set(call, at);
                due.put(call, at);
            }
            now += random.nextLong(random.nextInt(100) == 0 ? 6_000 * MS : 2 * MS);
            for (Call woken : advance(now)) {
                assertThat(due.remove(woken)).isLessThanOrEqualTo(now);
            }
            long late = now - 3 * MS;
            assertThat(due.values()).noneMatch(at -> at < late);
            assertThat(wheel.size()).isEqualTo(due.size());
            long next = now + wheel.nanosUntil(wheel.nextTick(), now);
            assertThat(wheel.nextTick() == DeadlineWheel.NEVER
                            || due.values().stream().noneMatch(at -> at + 2 * MS < next && at + 3 * MS < next))
                    .isTrue();
        }
    }
}
