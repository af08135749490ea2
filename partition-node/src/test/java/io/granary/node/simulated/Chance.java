// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import java.time.Duration;
import java.util.Random;

/** All that is random in a world. In peace nothing goes wrong and everything takes 1 ms. */
final class Chance {
    private static final int[] DELAYS_MILLIS = {1, 1, 2, 3, 8, 30};

    private final Random random;
    private boolean peace;

    Chance(long seed) {
        random = new Random(seed);
    }

    void makePeace() {
        peace = true;
    }

    boolean isPeace() {
        return peace;
    }

    /** 0 to bound - 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    boolean of(double probability) {
        return random.nextDouble() < probability;
    }

    /** Never in peace. */
    boolean ofTrouble(double probability) {
        return !peace && of(probability);
    }

    Duration delay() {
        return Duration.ofMillis(peace ? 1 : oneOf(DELAYS_MILLIS));
    }
}
