// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.client.GranaryClient;
import io.granary.client.Outcome;
import io.granary.model.Sku;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run: a world of one seed sells while everything goes wrong; then faults stop, buying goes on, and the last unit
 * must be sold. Judges by what buyers were told and by what stands in the books, nothing else.
 */
final class Simulation {
    private static final Duration BETWEEN_MISHAPS = Duration.ofMillis(12);
    private static final Duration CALM = Duration.ofMillis(1_500);
    private static final Duration LONG = Duration.ofSeconds(5);

    /**
     * @param failure what went wrong; null if nothing did
     * @param events how many events there were
     */
    record Result(long seed, @Nullable String failure, long events, List<String> trace) {
        boolean passed() {
            return failure == null;
        }
    }

    private final World world;
    private final Scheduler scheduler;
    private final Buyers buyers;

    private Simulation(World world) {
        this.world = world;
        scheduler = world.scheduler();
        buyers = world.buyers();
    }

    static Result run(long seed, Planted planted) {
        Trace trace = new Trace();
        World world = new World(seed, planted, trace);
        try {
            new Simulation(world).run();
            return new Result(seed, null, world.scheduler().happened(), trace.lines());
        } catch (RuntimeException | AssertionError e) {
            trace.say(world.scheduler(), "FAILED " + e);
            return new Result(
                    seed, String.valueOf(e.getMessage()), world.scheduler().happened(), trace.lines());
        }
    }

    private void run() {
        world.run(Duration.ofMillis(100));
        world.faults(Faults.some(scheduler));
        int rounds = scheduler.between(20, 80);
        for (int i = 0; i < rounds; i++) {
            world.run(scheduler.micros(0, 2 * (int) BETWEEN_MISHAPS.toNanos() / 1_000));
            buy();
            world.mishap();
        }
        world.heal();
        world.run(CALM);
        buyTheRest();
        settle();
        judge();
    }

    private void buy() {
        int calls = scheduler.between(0, 4);
        for (int i = 0; i < calls; i++) {
            Duration deadline = scheduler.micros(10_000, 400_000);
            List<Buyers.Asked> before = buyers.asked();
            if (!before.isEmpty() && scheduler.chance(0.15)) {
                buyers.call(client(), before.get(scheduler.between(0, before.size() - 1)), deadline);
            } else {
                buyers.buy(client(), sku(), world.randomId(), quantity(), deadline);
            }
        }
    }

    private int quantity() {
        return scheduler.chance(0.7) ? 1 : scheduler.between(2, 6);
    }

    private GranaryClient client() {
        return world.clients().get(scheduler.between(0, world.clients().size() - 1));
    }

    private Sku sku() {
        return world.skus().get(scheduler.between(0, world.skus().size() - 1));
    }

    /** Whoever keeps asking gets it, until nothing is left. */
    private void buyTheRest() {
        for (Sku sku : world.skus()) {
            long left = world.books().book(sku).actual();
            for (long i = 0; i < left + 3; i++) {
                Buyers.Asked last = buyers.buy(client(), sku, world.randomId(), 1, LONG);
                for (int waits = 0; waits < 100 && last.open > 0; waits++) {
                    world.run(Duration.ofMillis(60));
                }
                checkState(last.open == 0, "%s: a call did not end", sku);
                Outcome told = last.told.get(0);
                checkState(
                        told == Outcome.DEDUCTED || told == Outcome.SOLD_OUT,
                        "%s: a buyer was told %s while %s units were left: %s",
                        sku,
                        told,
                        world.books().book(sku).actual(),
                        world.books().book(sku));
            }
        }
    }

    private void settle() {
        for (int waits = 0; waits < 100 && !isSettled(); waits++) {
            world.run(Duration.ofMillis(50));
        }
        checkState(world.books().alarms().isEmpty(), "alarms: %s", world.books().alarms());
        checkState(isSettled(), "settlement does not catch up");
        for (Sku sku : world.skus()) {
            checkState(
                    world.books().book(sku).actual() == 0,
                    "undersold: %s of %s are left",
                    world.books().book(sku).actual(),
                    sku);
        }
    }

    private boolean isSettled() {
        for (int lane = 0; lane < world.log().laneCount(); lane++) {
            if (world.books().settled(lane) < world.log().flushed(lane).size()) {
                return false;
            }
        }
        return true;
    }

    private void judge() {
        Map<Books.Deducted, Integer> unexplained = new HashMap<>(world.books().ledger());
        for (Buyers.Asked asked : buyers.asked()) {
            checkState(asked.open == 0, "a call did not end");
            Books.Deducted key = new Books.Deducted(world.books().idOf(asked.sku), asked.id);
            Integer quantity = unexplained.remove(key);
            if (asked.isDeducted()) {
                checkState(quantity != null, "lost: %s of %s was acknowledged", asked.id, asked.sku);
            }
            if (quantity != null) {
                checkState(
                        quantity == asked.quantity,
                        "%s: %s in the ledger, %s asked",
                        asked.id,
                        quantity,
                        asked.quantity);
                boolean refusedForGood = asked.told.stream().allMatch(Outcome::isRefusal);
                checkState(!refusedForGood, "refused but sold: %s was told %s", asked.id, asked.told);
            }
        }
        checkState(unexplained.isEmpty(), "in the ledger, but nobody asked: %s", unexplained);
        for (Sku sku : world.skus()) {
            int id = world.books().idOf(sku);
            long sold = world.books().ledger().entrySet().stream()
                    .filter(row -> row.getKey().skuId() == id)
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            long received = world.books().book(sku).received();
            checkState(sold == received, "%s: %s in the ledger, %s received", sku, sold, received);
        }
    }
}
