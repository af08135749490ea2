// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import static io.granary.node.pool.Pool.Decision.ACCEPTED;
import static io.granary.node.pool.Pool.Decision.CONFLICT;
import static io.granary.node.pool.Pool.Decision.INSUFFICIENT;
import static io.granary.node.pool.Pool.Decision.KNOWN;
import static io.granary.node.pool.Pool.Decision.PENDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.granary.model.Quantity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolTest {
    private final Pool pool = new Pool(10, 0, 0, new IdWindow());

    @Test
    void unitsAreTakenWhenARequestIsAcceptedAndConsumedWhenItIsDurable() {
        assertThat(pool.deduct(1, 1, 4)).isEqualTo(ACCEPTED);
        assertThat(pool.remaining()).isEqualTo(6);
        assertThat(pool.consumed()).isZero();

        pool.confirm(pool.seal(), 4, 0);

        assertThat(pool.remaining()).isEqualTo(6);
        assertThat(pool.consumed()).isEqualTo(4);
    }

    @Test
    void aRetryIsPendingWhileItsSectionFormsAndWhileItIsInFlight() {
        pool.deduct(1, 1, 4);
        assertThat(pool.deduct(1, 1, 4)).isEqualTo(PENDING);
        assertThat(pool.isForming(1, 1)).isTrue();

        long seq = pool.seal();
        assertThat(pool.deduct(1, 1, 4)).isEqualTo(PENDING);
        assertThat(pool.isForming(1, 1)).isFalse();

        pool.confirm(seq, 4, 0);
        assertThat(pool.deduct(1, 1, 4)).isEqualTo(KNOWN);
        assertThat(pool.isForming(1, 1)).isFalse();
        assertThat(pool.remaining()).isEqualTo(6);
    }

    @Test
    void theLastUnitCanBeHadAndNotMore() {
        assertThat(pool.deduct(1, 1, 11)).isEqualTo(INSUFFICIENT);
        assertThat(pool.deduct(1, 2, 10)).isEqualTo(ACCEPTED);
        assertThat(pool.deduct(1, 3, 1)).isEqualTo(INSUFFICIENT);
        assertThat(pool.remaining()).isZero();
        assertThat(pool.rememberedIds()).isEqualTo(1);
    }

    @Test
    void aRefusedIdMayTryAgain() {
        pool.deduct(1, 1, 11);
        pool.grant(11);

        assertThat(pool.deduct(1, 1, 11)).isEqualTo(ACCEPTED);
    }

    @Test
    void whatIsKnownComesBeforeWhatRemains() {
        pool.deduct(1, 1, 10);
        assertThat(pool.deduct(1, 1, 10)).isEqualTo(PENDING);
        assertThat(pool.deduct(1, 1, 9)).isEqualTo(CONFLICT);
        assertThat(pool.deduct(1, 1, 11)).isEqualTo(CONFLICT);

        pool.confirm(pool.seal(), 10, 0);

        assertThat(pool.deduct(1, 1, 10)).isEqualTo(KNOWN);
        assertThat(pool.deduct(1, 1, 1)).isEqualTo(CONFLICT);
        assertThat(pool.quantityOf(1, 1)).isEqualTo(10);
        assertThat(pool.quantityOf(1, 2)).isZero();
    }

    @Test
    void idsOfEarlierEpochsAreKnown() {
        IdWindow ids = new IdWindow();
        ids.remember(7, 7, Pool.durable(Quantity.MAX));
        Pool taken = new Pool(3L * Quantity.MAX, Quantity.MAX, 0, ids);

        assertThat(taken.deduct(7, 7, Quantity.MAX)).isEqualTo(KNOWN);
        assertThat(taken.deduct(7, 7, 1)).isEqualTo(CONFLICT);
        assertThat(taken.quantityOf(7, 7)).isEqualTo(Quantity.MAX);
        assertThat(taken.isForming(7, 7)).isFalse();
        assertThat(taken.deduct(7, 8, Quantity.MAX)).isEqualTo(ACCEPTED);
        assertThat(taken.remaining()).isEqualTo(Quantity.MAX);
    }

    @Test
    void grantsAreRunningTotalsInAnyOrder() {
        pool.grant(30);
        pool.grant(20);
        pool.grant(30);
        assertThat(pool.granted()).isEqualTo(30);
        assertThat(pool.remaining()).isEqualTo(30);

        pool.grant(31);
        assertThat(pool.remaining()).isEqualTo(31);
    }

    @Test
    void takesBackUpToTheTotalThatIsAskedFor() {
        assertThat(pool.takeBack(4, 0)).isEqualTo(4);
        assertThat(pool.remaining()).isEqualTo(6);
        // Asked again while it is on its way.
        assertThat(pool.takeBack(4, 4)).isZero();

        pool.confirm(pool.seal(), 0, 4);

        assertThat(pool.returned()).isEqualTo(4);
        assertThat(pool.takeBack(4, 0)).isZero();
        assertThat(pool.takeBack(3, 0)).isZero();
        assertThat(pool.takeBack(5, 0)).isEqualTo(1);
    }

    @Test
    void takesBackNoMoreThanRemains() {
        pool.deduct(1, 1, 8);

        assertThat(pool.takeBack(Long.MAX_VALUE, 0)).isEqualTo(2);
        assertThat(pool.remaining()).isZero();
        assertThat(pool.takeBack(Long.MAX_VALUE, 2)).isZero();
    }

    @Test
    void totalsOfEarlierEpochsCount() {
        Pool taken = new Pool(100, 60, 25, new IdWindow());

        assertThat(taken.remaining()).isEqualTo(15);
        assertThat(taken.takeBack(25, 0)).isZero();
        assertThat(taken.takeBack(30, 0)).isEqualTo(5);
    }

    @Test
    void sectionsAreConfirmedInOrder() {
        pool.deduct(1, 1, 1);
        long first = pool.seal();
        pool.deduct(1, 2, 1);
        long second = pool.seal();

        assertThat(second).isEqualTo(first + 1);
        assertThatIllegalStateException().isThrownBy(() -> pool.confirm(second, 1, 0));
        pool.confirm(first, 1, 0);
        assertThatIllegalStateException().isThrownBy(() -> pool.confirm(first, 1, 0));
        pool.confirm(second, 1, 0);
        assertThatIllegalStateException().isThrownBy(() -> pool.confirm(second + 1, 0, 0));
    }

    @Test
    void confirmsNoMoreThanWasGranted() {
        pool.deduct(1, 1, 1);
        long seq = pool.seal();

        assertThatIllegalStateException().isThrownBy(() -> pool.confirm(seq, 2, 0));
    }

    @Test
    void totalsThatCannotBeAreRefused() {
        assertThatIllegalStateException().isThrownBy(() -> new Pool(10, 6, 5, new IdWindow()));
        assertThatIllegalStateException().isThrownBy(() -> new Pool(10, -1, 0, new IdWindow()));
        assertThatIllegalStateException().isThrownBy(() -> new Pool(10, 0, -1, new IdWindow()));
    }

    @Test
    void turningForgetsAfterTwoTurns() {
        pool.deduct(1, 1, 1);
        pool.confirm(pool.seal(), 1, 0);

        pool.turnWindow(0);
        assertThat(pool.deduct(1, 1, 1)).isEqualTo(KNOWN);

        pool.turnWindow(0);
        assertThat(pool.rememberedIds()).isZero();
        assertThat(pool.deduct(1, 1, 1)).isEqualTo(ACCEPTED);
    }

    @Test
    void whatIsPendingIsNeverForgotten() {
        pool.deduct(1, 1, 10);
        long seq = pool.seal();
        for (int i = 0; i < 5; i++) {
            pool.turnWindow(0);
        }
        // Forgotten, it would be refused, and count all the same when its section is stored.
        assertThat(pool.deduct(1, 1, 10)).isEqualTo(PENDING);

        pool.confirm(seq, 10, 0);
        assertThat(pool.deduct(1, 1, 10)).isEqualTo(KNOWN);
        pool.turnWindow(0);
        pool.turnWindow(0);
        assertThat(pool.rememberedIds()).isZero();
    }

    /** Granted = consumed + returned + pending + remaining, whatever happens, and decisions as a model says. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void accountsForEveryUnit(long seed) {
        Random random = new Random(seed);
        record Section(long seq, long consumed, long returned) {}
        Deque<Section> inFlight = new ArrayDeque<>();
        Map<Long, Integer> ids = new HashMap<>();
        Map<Long, Long> seqs = new HashMap<>();
        long forming = 0;
        long confirmed = 0;
        long pendingReturn = 0;
        long granted = 10;
        for (int i = 0; i < 3_000; i++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    granted = Math.max(granted, random.nextInt(2) == 0 ? granted + random.nextInt(20) : granted / 2);
                    pool.grant(granted);
                }
                case 1 -> {
                    long units = pool.takeBack(pool.returned() + random.nextInt(6), pendingReturn);
                    if (units > 0) {
                        if (forming > 0) {
                            inFlight.add(new Section(pool.seal(), forming, 0));
                            forming = 0;
                        }
                        inFlight.add(new Section(pool.seal(), 0, units));
                        pendingReturn += units;
                    }
                }
                case 2 -> {
                    if (forming > 0) {
                        inFlight.add(new Section(pool.seal(), forming, 0));
                        forming = 0;
                    }
                }
                case 3 -> {
                    Section next = inFlight.pollFirst();
                    if (next != null) {
                        pool.confirm(next.seq(), next.consumed(), next.returned());
                        pendingReturn -= next.returned();
                        confirmed = next.seq();
                    }
                }
                default -> {
                    long id = random.nextInt(400);
                    int quantity = 1 + random.nextInt(3);
                    Pool.Decision decision = pool.deduct(id % 3, id, quantity);
                    Integer known = ids.get(id);
                    if (known != null) {
                        boolean durable = seqs.get(id) <= confirmed;
                        assertThat(decision).isEqualTo(known != quantity ? CONFLICT : durable ? KNOWN : PENDING);
                    } else if (decision == ACCEPTED) {
                        forming += quantity;
                        ids.put(id, quantity);
                        seqs.put(id, confirmed + inFlight.size() + 1);
                    } else {
                        assertThat(decision).isEqualTo(INSUFFICIENT);
                        assertThat(pool.remaining()).isLessThan(quantity);
                    }
                }
            }
            long pending = forming
                    + inFlight.stream()
                            .mapToLong(s -> s.consumed() + s.returned())
                            .sum();
            assertThat(pool.granted()).isEqualTo(granted);
            assertThat(pool.consumed() + pool.returned() + pending + pool.remaining())
                    .isEqualTo(granted);
            assertThat(pool.remaining()).isNotNegative();
        }
    }
}
