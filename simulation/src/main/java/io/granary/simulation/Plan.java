// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import com.google.common.collect.Sets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * @param rushes one after the other, when the steps are over and all is well again
 * @param conditions troubles that last all the time
 */
record Plan(
        long seed,
        int slots,
        List<Integer> stock,
        int allocators,
        int nodes,
        Faults faults,
        List<Step> steps,
        List<Rush> rushes,
        Set<Trouble> conditions) {
    static final int CLIENTS = 2;

    /** Time passes, some ask for units, and something goes wrong. */
    record Step(Duration pause, List<Purchase> purchases, Mishap mishap) {}

    /**
     * @param again asks for the same as that one before, or for what was refused last, also if it was had since; nothing
     *     before is that one if it is negative
     * @param quantity what a new one asks for, in units
     * @param otherQuantity one that asks again asks for another quantity, as it must not
     */
    record Purchase(int client, int sku, int quantity, Duration deadline, int again, boolean otherQuantity) {
        static final int LAST_REFUSED = Integer.MAX_VALUE;
    }

    /** The plan of a seed. */
    static Plan of(long seed) {
        return of(seed, Trouble.usual());
    }

    /**
     * Likewise.
     *
     * @param troubles those that it may have
     */
    static Plan of(long seed, Set<Trouble> troubles) {
        Plan plan = new Draw(~seed).plan(seed);
        for (Trouble trouble : troubles) {
            // Numbers of its own: what one draws changes nothing for the others.
            plan = new Draw(~seed ^ (trouble.name().hashCode() * Trace.GOLDEN)).troubled(plan, trouble);
        }
        return plan;
    }

    Plan withSteps(List<Step> some) {
        return new Plan(seed, slots, stock, allocators, nodes, faults, List.copyOf(some), rushes, conditions);
    }

    Plan withFaults(Faults others) {
        return new Plan(seed, slots, stock, allocators, nodes, others, steps, rushes, conditions);
    }

    Plan withShape(int someSlots, int someAllocators, int someNodes) {
        return new Plan(seed, someSlots, stock, someAllocators, someNodes, faults, steps, rushes, conditions);
    }

    Plan withRushes(List<Rush> some) {
        return new Plan(seed, slots, stock, allocators, nodes, faults, steps, List.copyOf(some), conditions);
    }

    Plan withConditions(Set<Trouble> some) {
        return new Plan(seed, slots, stock, allocators, nodes, faults, steps, rushes, Sets.immutableEnumSet(some));
    }

    /** Whether the broker breaks its word. */
    boolean losesRecords() {
        return steps.stream().anyMatch(step -> step.mishap() == Mishap.LOSE_RECORDS);
    }

    /** Whether ids may be forgotten while it runs. */
    boolean forgets() {
        return conditions.contains(Trouble.SHORT_MEMORY) || conditions.contains(Trouble.EXPIRED_RECORDS);
    }

    int purchases() {
        return steps.stream().mapToInt(step -> step.purchases().size()).sum();
    }

    int mishaps() {
        return (int) steps.stream().filter(step -> step.mishap() != Mishap.NONE).count();
    }

    private static final class Draw {
        private static final int MOST_WEIGHT = 3;

        private final RandomGenerator random;

        /**
         * @param number not the seed, as these are not the numbers that the run will draw
         */
        Draw(long number) {
            random = RandomGeneratorFactory.of("L64X128MixRandom").create(number);
        }

        Plan troubled(Plan plan, Trouble trouble) {
            if (!chance(trouble.share())) {
                return plan;
            }
            return switch (trouble) {
                case REGISTRY_OUTAGE -> withOutage(plan, Mishap.REGISTRY_OUTAGE);
                case BROKER_OUTAGE -> withOutage(plan, Mishap.BROKER_OUTAGE);
                case DATABASE_OUTAGE -> withOutage(plan, Mishap.DATABASE_OUTAGE);
                case UNREACHABLE_NODE -> withOutage(plan, Mishap.UNREACHABLE_NODE);
                case SKEWED_CLOCKS, SHORT_MEMORY, EXPIRED_RECORDS, MANY_ORDERS, BUSY_NODES, SPREAD ->
                    withCondition(plan, trouble);
                case STALLED_STREAMS -> withStalls(plan);
                case LEFT_ALONE -> withLonelyNodes(plan);
                case LOST_RECORDS -> withOutage(plan, Mishap.LOSE_RECORDS);
                case RUSH -> withRush(plan, Rush.Fault.NOTHING);
                case RUSH_WITHOUT_REGISTRY -> withRush(plan, Rush.Fault.NO_REGISTRY);
                case RUSH_WITHOUT_BROKER -> withRush(plan, Rush.Fault.NO_BROKER);
                case RUSH_WITHOUT_DATABASE -> withRush(plan, Rush.Fault.NO_DATABASE);
                case RUSH_PAST_A_NODE -> withRush(plan, Rush.Fault.UNREACHABLE_NODE);
            };
        }

        /** At some step, and half of the times much time passes before the next, so that buying goes on after it. */
        private Plan withOutage(Plan plan, Mishap outage) {
            List<Step> steps = new ArrayList<>(plan.steps());
            int at = between(0, steps.size());
            steps.add(at, new Step(micros(0, 5_000), List.of(), outage));
            if (chance(0.5)) {
                int buys = between(2, 10);
                for (int i = 0; i < buys; i++) {
                    steps.add(
                            at + 1,
                            new Step(
                                    micros(0, 300_000),
                                    List.of(purchase(plan.stock().size())),
                                    Mishap.NONE));
                }
            }
            return plan.withSteps(steps);
        }

        /** With somebody who asks just before: what he asks for is under way. */
        private Plan withStalls(Plan plan) {
            List<Step> steps = new ArrayList<>(plan.steps());
            int stalls = between(10, 30);
            for (int i = 0; i < stalls; i++) {
                List<Purchase> purchases = List.of(
                        purchase(plan.stock().size()), purchase(plan.stock().size()));
                steps.add(between(0, steps.size()), new Step(micros(0, 10_000), purchases, Mishap.STALL_STREAM));
            }
            return plan.withSteps(steps);
        }

        /**
         * Somebody is refused and asks again and again, while his slot's owner is left alone, units come, and whoever took
         * over, and may have sold them to him, loses its session: the owner before may not know that it is one no more.
         */
        private Plan withLonelyNodes(Plan plan) {
            List<Step> steps = new ArrayList<>(plan.steps());
            List<Step> story = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                story.add(new Step(
                        micros(5_000, 30_000),
                        List.of(new Purchase(
                                0, between(0, plan.stock().size() - 1), 6, micros(20_000, 60_000), -1, false)),
                        Mishap.NONE));
            }
            askAgain(story, between(1, 3), Mishap.NONE);
            askAgain(story, 1, Mishap.LEAVE_ALONE);
            askAgain(story, between(2, 4), Mishap.NONE);
            askAgain(story, between(1, 3), Mishap.RESTOCK);
            askAgain(story, between(6, 12), Mishap.NONE);
            steps.addAll(between(steps.size() / 2, steps.size()), story);
            return plan.withSteps(steps);
        }

        private void askAgain(List<Step> story, int times, Mishap mishap) {
            for (int i = 0; i < times; i++) {
                Purchase again = new Purchase(
                        between(0, CLIENTS - 1), 0, 1, micros(20_000, 80_000), Purchase.LAST_REFUSED, false);
                story.add(new Step(micros(20_000, 80_000), List.of(again), mishap));
            }
        }

        private static Plan withCondition(Plan plan, Trouble trouble) {
            Set<Trouble> conditions = EnumSet.of(trouble);
            conditions.addAll(plan.conditions());
            return plan.withConditions(conditions);
        }

        private Plan withRush(Plan plan, Rush.Fault fault) {
            List<Rush> rushes = new ArrayList<>(plan.rushes());
            rushes.add(new Rush(fault, micros(800_000, 1_500_000), micros(4_000, 12_000)));
            return plan.withRushes(rushes);
        }

        Plan plan(long seed) {
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
            return new Plan(seed, slots, stock, allocators, nodes, Faults.some(random), steps, List.of(), Set.of());
        }

        private List<Mishap> bag() {
            Map<Mishap, Integer> weights = new EnumMap<>(Mishap.class);
            for (Mishap mishap : Mishap.EVERYDAY) {
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
