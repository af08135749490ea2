// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.client.Outcome;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether sales go on as the rule for a fault says, while it lasts. Whatever the fault, nobody is told that there are too few
 * units, as there are enough; only without a database, which alone can grant them, what the partitions have is all there is.
 */
final class RushJudge {
    /** How long a caller waits. */
    private static final Duration PATIENCE = Duration.ofMillis(300);
    /** After this the partitions of a node that can't be reached must be served again, by others. */
    static final Duration TAKEN_OVER = Duration.ofMillis(700);

    private static final int ENOUGH = 80;
    private static final double NEARLY_ALL = 0.95;
    /** Of few calls, more than their share may want a slot that is not served. */
    private static final double BY_CHANCE = 0.25;

    private record Call(long beganNanos, Buyers.Asked asked) {}

    private final World world;
    private final Rush rush;
    private final Sku sku;
    private final List<Call> calls = new ArrayList<>();

    RushJudge(World world, Rush rush, Sku sku) {
        this.world = world;
        this.rush = rush;
        this.sku = sku;
    }

    /** Lets it happen, and fails if sales do not go on. All is well again afterwards. */
    void run() {
        world.standBy(2);
        world.givesOutAtOnce(sku);
        world.restock(sku, rush.calls() + ENOUGH);
        world.awaitStock();
        world.run(Duration.ofMillis(400));
        // Whoever buys later knows who serves, as those who have bought before do.
        world.clients().forEach(client -> buy(client, Duration.ofSeconds(5)));
        world.run(Duration.ofMillis(300));
        calls.clear();
        world.buyers().enoughFromNowOn(sku);
        long pool = world.books().book(sku).pool();
        double reachable = world.begin(rush, sku);
        long begun = world.scheduler().nowNanos();
        for (int i = 0; i < rush.calls(); i++) {
            buy(world.clients().get(i % world.clients().size()), PATIENCE);
            world.run(rush.between());
        }
        world.run(PATIENCE);
        world.mend();
        judge(begun, pool, reachable);
    }

    private void buy(SimClient client, Duration patience) {
        calls.add(
                new Call(world.scheduler().nowNanos(), world.buyers().ask(client, sku, world.randomId(), 1, patience)));
    }

    private void judge(long begun, long pool, double reachable) {
        switch (rush.fault()) {
            case NOTHING, NO_REGISTRY -> {
                noneIsRefused();
                goOn(calls, NEARLY_ALL);
            }
            case NO_BROKER -> noneIsRefused();
            case NO_DATABASE -> {
                long had = deducted(calls);
                long could = Math.min(calls.size(), pool);
                checkState(
                        had >= NEARLY_ALL * could - 1,
                        "without a database %s calls got units, and the partitions of %s had %s: %s",
                        had,
                        sku,
                        pool,
                        told());
            }
            case UNREACHABLE_NODE -> {
                noneIsRefused();
                long later = begun + TAKEN_OVER.toNanos();
                goOn(calls.stream().filter(call -> call.beganNanos() < later).toList(), reachable - BY_CHANCE);
                goOn(calls.stream().filter(call -> call.beganNanos() >= later).toList(), NEARLY_ALL);
            }
        }
    }

    private void noneIsRefused() {
        long refused = calls.stream()
                .flatMap(call -> call.asked().told.stream())
                .filter(told -> told == Outcome.INSUFFICIENT || told == Outcome.SOLD_OUT)
                .count();
        checkState(
                refused == 0, "%s: %s were refused units of %s that are there: %s", rush.fault(), refused, sku, told());
    }

    private void goOn(List<Call> some, double share) {
        checkState(
                deducted(some) >= share * some.size(),
                "%s, %s: %s of %s calls got units, and at least the share of %s should: %s",
                rush.fault(),
                sku,
                deducted(some),
                some.size(),
                share,
                told());
    }

    private static long deducted(List<Call> some) {
        return some.stream().filter(call -> call.asked().isDeducted()).count();
    }

    /** How many were told what. */
    private Map<Outcome, Integer> told() {
        Map<Outcome, Integer> told = new TreeMap<>();
        calls.forEach(call -> call.asked().told.forEach(outcome -> told.merge(outcome, 1, Integer::sum)));
        return told;
    }
}
