// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a run is to meet, drawn from its seed before it begins, so that parts can be left out when a failure is made
 * shorter. What is drawn while it runs, such as how long a message takes, comes from the same seed.
 *
 * @param slots of each SKU
 * @param stock what each SKU receives at the beginning, in units
 * @param allocators how many at the beginning
 * @param nodes likewise
 */
record Plan(long seed, int slots, List<Integer> stock, int allocators, int nodes, Faults faults, List<Step> steps) {
    static final int CLIENTS = 2;

    /** Time passes, some ask for units, and something goes wrong. */
    record Step(Duration pause, List<Purchase> purchases, Mishap mishap) {}

    /**
     * @param again asks for the same as that one before; nothing before is that one if it is negative
     * @param quantity what a new one asks for, in units
     * @param otherQuantity one that asks again asks for another quantity, as it must not
     */
    record Purchase(int client, int sku, int quantity, Duration deadline, int again, boolean otherQuantity) {}

    /** The plan of a seed. */
    static Plan of(long seed) {
        return new Draw(seed).plan();
    }

    Plan withSteps(List<Step> some) {
        return new Plan(seed, slots, stock, allocators, nodes, faults, List.copyOf(some));
    }

    Plan withFaults(Faults others) {
        return new Plan(seed, slots, stock, allocators, nodes, others, steps);
    }

    Plan withShape(int someSlots, int someAllocators, int someNodes) {
        return new Plan(seed, someSlots, stock, someAllocators, someNodes, faults, steps);
    }

    int purchases() {
        return steps.stream().mapToInt(step -> step.purchases().size()).sum();
    }

    int mishaps() {
        return (int) steps.stream().filter(step -> step.mishap() != Mishap.NONE).count();
    }

    private static final class Draw {
        private static final int MOST_WEIGHT = 3;

        private final long seed;
        private final RandomGenerator random;

        Draw(long seed) {
            this.seed = seed;
            // Not the numbers that the run will draw.
            random = RandomGeneratorFactory.of("L64X128MixRandom").create(~seed);
        }

        Plan plan() {
            int slots = between(1, 3);
            List<Integer> stock = new ArrayList<>();
            int skus = between(1, 3);
            for (int i = 0; i < skus; i++) {
                stock.add(between(3, 60));
            }
            int allocators = between(1, 2);
            int nodes = between(2, 3);
            // Each run has its own pace and its own kinds of mishaps: what takes several of a kind in a row would be
            // rare if all kinds were equally likely always.
            int longestPause = chance(0.5) ? 24_000 : between(2_000, 24_000);
            List<Mishap> bag = bag();
            List<Step> steps = new ArrayList<>();
            int count = between(20, 80);
            for (int i = 0; i < count; i++) {
                Duration pause = micros(0, longestPause);
                List<Purchase> purchases = new ArrayList<>();
                int calls = between(0, 4);
                for (int j = 0; j < calls; j++) {
                    purchases.add(purchase(skus));
                }
                steps.add(new Step(pause, purchases, bag.get(between(0, bag.size() - 1))));
            }
            return new Plan(seed, slots, stock, allocators, nodes, Faults.some(random), steps);
        }

        private List<Mishap> bag() {
            Map<Mishap, Integer> weights = new EnumMap<>(Mishap.class);
            for (Mishap mishap : Mishap.values()) {
                weights.put(
                        mishap,
                        mishap == Mishap.NONE
                                ? between(2, 8)
                                : chance(0.4) ? 0 : between(1, MOST_WEIGHT) * (chance(0.25) ? 3 : 1));
            }
            List<Mishap> bag = new ArrayList<>();
            weights.forEach((mishap, weight) -> bag.addAll(Collections.nCopies(weight, mishap)));
            return bag;
        }

        private Purchase purchase(int skus) {
            boolean isAgain = chance(0.2);
            return new Purchase(
                    between(0, CLIENTS - 1),
                    between(0, skus - 1),
                    chance(0.7) ? 1 : between(2, 6),
                    micros(10_000, 400_000),
                    isAgain ? between(0, Integer.MAX_VALUE - 1) : -1,
                    isAgain && chance(0.15));
        }

        private boolean chance(double probability) {
            return random.nextDouble() < probability;
        }

        private int between(int least, int most) {
            return random.nextInt(least, most + 1);
        }

        private Duration micros(int least, int most) {
            return Duration.ofNanos(1_000L * between(least, most));
        }
    }
}
