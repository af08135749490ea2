// SPDX-License-Identifier: Apache-2.0
package io.granary.node.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.model.RequestId;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdTableTest {
    private static final int MANY = 2_000_000;

    @Test
    void anEmptyTableKnowsNothing() {
        IdTable table = new IdTable();

        assertThat(table.get(0, 0)).isZero();
        assertThat(table.get(-1, -1)).isZero();
        assertThat(table.size()).isZero();
    }

    @Test
    void theIdOfZerosIsAnIdLikeOthers() {
        IdTable table = new IdTable();

        assertThat(table.putIfAbsent(0, 0, 7)).isZero();

        assertThat(table.get(0, 0)).isEqualTo(7);
        assertThat(table.get(0, 1)).isZero();
        assertThat(table.get(1, 0)).isZero();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void theFirstWordStands() {
        IdTable table = new IdTable();
        table.putIfAbsent(1, 2, Long.MIN_VALUE);

        assertThat(table.putIfAbsent(1, 2, 3)).isEqualTo(Long.MIN_VALUE);

        assertThat(table.get(1, 2)).isEqualTo(Long.MIN_VALUE);
        assertThat(table.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithAHashMap(long seed) {
        Random random = new Random(seed);
        int range = 1 << (4 + random.nextInt(14));
        IdTable table = new IdTable();
        Map<RequestId, Long> model = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            // Near ids, as people choose them, at both ends of both numbers.
            long high = random.nextInt(3) - 1L;
            long low = (long) random.nextInt(range) - range / 2;
            RequestId id = new RequestId(high, low);
            if (random.nextBoolean()) {
                long word = random.nextLong() | 1;
                Long known = model.putIfAbsent(id, word);
                assertThat(table.putIfAbsent(high, low, word)).isEqualTo(known == null ? 0 : known);
            } else {
                assertThat(table.get(high, low)).isEqualTo(model.getOrDefault(id, 0L));
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        model.forEach((id, word) -> assertThat(table.get(id.high(), id.low())).isEqualTo(word));
    }

    @Test
    void losesNoneOfMillions() {
        IdTable table = new IdTable();
        for (long i = 0; i < MANY; i++) {
            assertNew(table, spread(i), spread(~i), i + 1);
        }

        assertThat(table.size()).isEqualTo(MANY);
        for (long i = 0; i < MANY; i++) {
            assertWord(table, spread(i), spread(~i), i + 1);
            assertWord(table, spread(~i), spread(i), 0);
        }
        // In proportion to the ids: segments hold 1,536 to 3,072 when hashes are even.
        assertThat(table.directoryLength()).isBetween(MANY / 3_072, 16 * MANY / 1_536);
    }

    @Test
    void countersAreIdsLikeOthers() {
        IdTable table = new IdTable();
        for (long i = 0; i < 300_000; i++) {
            assertNew(table, 0, i, i + 1);
            assertNew(table, i + 1, 0, -i - 1);
        }
        for (long i = 0; i < 300_000; i++) {
            assertWord(table, 0, i, i + 1);
            assertWord(table, i + 1, 0, -i - 1);
        }
    }

    @Test
    void idsOfOneHashCostTimeButNoMemory() {
        // 4,000 ids that agree in every bit of the hash.
        assertHostileIds(4_000, i -> 42L);
    }

    @Test
    void idsWhoseHashesAgreeInTheirFirstBits() {
        assertHostileIds(100_000, i -> 0x5A5A_5A5AL << 32 | spread(i) >>> 32);
    }

    @Test
    void idsWhoseHashesAgreeInTheirLastBits() {
        assertHostileIds(10_000, i -> spread(i) << 16 | 0xFFFF);
    }

    @Test
    void hostileIdsAmongOthers() {
        IdTable table = new IdTable();
        for (long i = 0; i < 100_000; i++) {
            assertNew(table, spread(i), i, i + 1);
            if (i % 25 == 0) {
                assertNew(table, i, unhash(-1) - i * 0x9E3779B97F4A7C15L, -i - 1);
            }
        }
        for (long i = 0; i < 100_000; i++) {
            assertWord(table, spread(i), i, i + 1);
            assertWord(table, i, unhash(-1) - i * 0x9E3779B97F4A7C15L, i % 25 == 0 ? -i - 1 : 0);
        }
    }

    @Test
    void hostileIdsAmongSoManyThatSegmentsAreCutFromSlabs() {
        IdTable table = new IdTable();
        for (long i = 0; i < MANY / 2; i++) {
            assertNew(table, spread(i), spread(~i), i + 1);
        }
        // Always in the upper half of what is split, and so in a segment that was cut last, until that outgrows its
        // slab.
        LongFunction<Long> low = i -> unhash(0xFFFF_FFFFL << 32 | spread(i) >>> 32) - i * 0x9E3779B97F4A7C15L;
        for (long i = 0; i < 20_000; i++) {
            assertNew(table, i, low.apply(i), -i - 1);
        }
        for (long i = 0; i < MANY / 2; i++) {
            assertNew(table, spread(~i), spread(i), i + 1);
        }

        for (long i = 0; i < MANY / 2; i++) {
            assertWord(table, spread(i), spread(~i), i + 1);
            assertWord(table, spread(~i), spread(i), i + 1);
        }
        for (long i = 0; i < 20_000; i++) {
            assertWord(table, i, low.apply(i), -i - 1);
        }
        assertThat(table.size()).isEqualTo(MANY + 20_000);
    }

    private static void assertHostileIds(int count, LongFunction<Long> hashOf) {
        IdTable table = new IdTable();
        for (long i = 0; i < count; i++) {
            assertNew(table, i, unhash(hashOf.apply(i)) - i * 0x9E3779B97F4A7C15L, i + 1);
        }
        for (long i = 0; i < count; i++) {
            assertWord(table, i, unhash(hashOf.apply(i)) - i * 0x9E3779B97F4A7C15L, i + 1);
        }
        assertThat(table.size()).isEqualTo(count);
        assertThat(table.directoryLength()).isLessThanOrEqualTo(1_024);
    }

    private static void assertNew(IdTable table, long high, long low, long word) {
        if (table.putIfAbsent(high, low, word) != 0) {
            throw new AssertionError("known already: " + new RequestId(high, low));
        }
    }

    private static void assertWord(IdTable table, long high, long low, long word) {
        if (table.get(high, low) != word) {
            throw new AssertionError(
                    new RequestId(high, low) + ": " + table.get(high, low) + " (expected: " + word + ")");
        }
    }

    /** A permutation of the 64-bit numbers that looks random. */
    private static long spread(long i) {
        long x = i * 0x9E3779B97F4A7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }

    /** What high * 0x9E3779B97F4A7C15 + low must be so that the table's hash is this. */
    private static long unhash(long hash) {
        long h = hash ^ (hash >>> 33);
        h *= inverse(0xC4CEB9FE1A85EC53L);
        h ^= h >>> 33;
        h *= inverse(0xFF51AFD7ED558CCDL);
        return h ^ (h >>> 33);
    }

    /** Of an odd number modulo 2^64, by Newton's method. */
    private static long inverse(long odd) {
        long x = odd;
        for (int i = 0; i < 6; i++) {
            x *= 2 - odd * x;
        }
        return x;
    }
}
