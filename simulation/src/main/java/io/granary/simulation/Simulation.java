// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.client.Outcome;
import io.granary.log.LaneRecord;
import io.granary.model.Sku;
import io.granary.record.LaneRule;
import io.granary.record.LogRecord;
import io.granary.record.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run: a world of one seed sells while everything goes wrong; then faults stop, buying goes on, and the last unit
 * must be sold. Judges by what buyers were told and by what stands in the books, nothing else.
 */
final class Simulation {
    private static final Duration CALM = Duration.ofMillis(1_500);
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final int ASKED_AGAIN = 4;
    private static final long MOST_IMBALANCE = 2;
    private static final int MOST_ONE_BY_ONE = 60;

    /**
     * @param failure what went wrong; null if nothing did
     * @param stepsBegun how many of the plan's
     * @param events how many there were
     * @param hash of every event, and of all that was sent and stored
     */
    record Result(Plan plan, @Nullable String failure, int stepsBegun, long events, String hash, List<String> trace) {
        boolean passed() {
            return failure == null;
        }

        long seed() {
            return plan.seed();
        }
    }

    private final Plan plan;
    private final World world;
    private final Buyers buyers;
    private int stepsBegun;

    private Simulation(Plan plan, World world) {
        this.plan = plan;
        this.world = world;
        buyers = world.buyers();
    }

    static Result run(Plan plan, Planted planted) {
        return run(plan, planted, false);
    }

    /**
     * @param detailed whether the trace is to tell what happened to partitions and requests
     */
    static Result run(Plan plan, Planted planted, boolean detailed) {
        Trace trace = new Trace(detailed);
        World world = new World(plan, planted, trace);
        Simulation simulation = new Simulation(plan, world);
        String failure = null;
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError e) {
            failure = String.valueOf(e.getMessage());
            trace.say(world.scheduler(), "FAILED " + failure);
        }
        return new Result(
                plan,
                failure,
                simulation.stepsBegun,
                world.scheduler().happened(),
                trace.hash(),
                failure == null ? trace.lines() : trace.linesOf(failure));
    }

    private void run() {
        world.run(Duration.ofMillis(100));
        world.faults(plan.faults());
        for (Plan.Step step : plan.steps()) {
            stepsBegun++;
            world.run(step.pause());
            step.purchases().forEach(this::buy);
            world.mishap(step.mishap());
        }
        world.heal();
        world.run(CALM);
        world.awaitStock();
        if (plan.losesRecords()) {
            judgeLoss();
            return;
        }
        plan.rushes().forEach(this::rush);
        buyTheRest();
        askAgain();
        settle();
        spread();
        judge();
    }

    private void buy(Plan.Purchase purchase) {
        SimClient client = world.clients().get(purchase.client());
        List<Buyers.Asked> before = buyers.asked();
        if (purchase.again() < 0 || before.isEmpty()) {
            Sku sku = world.skus().get(purchase.sku());
            buyers.ask(client, sku, world.randomId(), purchase.quantity(), purchase.deadline());
            return;
        }
        Buyers.Asked again = purchase.again() == Plan.Purchase.LAST_REFUSED
                ? buyers.lastRefused()
                : before.get(purchase.again() % before.size());
        buyers.ask(
                client,
                again.sku,
                again.id,
                purchase.otherQuantity() ? again.quantity + 1 : again.quantity,
                purchase.deadline());
    }

    /** The broker has broken its word: what it was about is wrong, and somebody says so; the rest goes on. */
    private void judgeLoss() {
        int lane = world.lostLane();
        for (Sku sku : world.skus()) {
            boolean isElsewhere = world.books().book(sku).partitions().stream().anyMatch(one -> one.lane() != lane);
            if (isElsewhere) {
                world.restock(sku, 10);
                world.awaitStock();
                world.run(Duration.ofMillis(100));
                Outcome told = answer(buyers.ask(world.clients().get(0), sku, world.randomId(), 1, LONG));
                checkState(
                        told == Outcome.DEDUCTED,
                        "lane %s has lost records, and where others serve, too, a buyer is told %s: %s, alarms: %s",
                        lane,
                        told,
                        world.books().book(sku),
                        world.books().alarms());
            }
        }
        checkState(
                lane < 0
                        || world.books().settled(lane)
                                <= world.log().flushed(lane).size()
                        || !world.books().alarms().isEmpty(),
                "lane %s has lost what had settled, and no alarm tells",
                lane);
    }

    private void rush(Rush rush) {
        new RushJudge(world, rush, world.skus().get(0)).run();
        world.run(CALM);
    }

    /** Whoever keeps asking gets it, until nothing is left. */
    private void buyTheRest() {
        for (Sku sku : world.skus()) {
            buyMuch(sku);
            long left = world.books().book(sku).actual();
            for (long i = 0; i < left + 3; i++) {
                SimClient client =
                        world.clients().get((int) (i % world.clients().size()));
                Buyers.Asked last = buyers.ask(client, sku, world.randomId(), 1, LONG);
                Outcome told = answer(last);
                // Nobody says SOLD_OUT while a restock that was announced may still come.
                boolean isTrue = told == Outcome.SOLD_OUT
                        || (told == Outcome.INSUFFICIENT
                                && world.wasRestocked(sku)
                                && world.books().book(sku).actual() == 0);
                checkState(
                        told == Outcome.DEDUCTED || isTrue,
                        "%s: a buyer was told %s while %s units were left: %s",
                        sku,
                        told,
                        world.books().book(sku).actual(),
                        world.books().book(sku));
            }
        }
    }

    /** All but some, at once. */
    private void buyMuch(Sku sku) {
        List<Buyers.Asked> all = new ArrayList<>();
        for (long left = world.books().book(sku).actual(); left > MOST_ONE_BY_ONE; left--) {
            all.add(buyers.ask(world.clients().get(0), sku, world.randomId(), 1, LONG));
        }
        for (Buyers.Asked asked : all) {
            Outcome told = answer(asked);
            checkState(told == Outcome.DEDUCTED, "%s: one of many buyers was told %s", sku, told);
        }
    }

    private Outcome answer(Buyers.Asked asked) {
        for (int waits = 0; waits < 100 && asked.open > 0; waits++) {
            world.run(Duration.ofMillis(60));
        }
        checkState(asked.open == 0, "%s: a call did not end", asked);
        return asked.told.get(asked.told.size() - 1);
    }

    /** Who has something, and asks again when all is sold, hears so: also from a client that was not there then. */
    private void askAgain() {
        SimClient client = world.startClient();
        for (Sku sku : world.skus()) {
            List<Buyers.Asked> deducted = buyers.asked().stream()
                    .filter(asked -> asked.sku.equals(sku) && asked.isDeducted() && isAskedWithOneQuantity(asked))
                    .limit(ASKED_AGAIN)
                    .toList();
            for (Buyers.Asked asked : deducted) {
                buyers.ask(client, asked.sku, asked.id, asked.quantity, LONG);
                Outcome told = answer(asked);
                checkState(
                        told == Outcome.DEDUCTED || plan.forgets(),
                        "%s was deducted, and is told %s when all is sold",
                        asked,
                        told);
            }
        }
    }

    private boolean isAskedWithOneQuantity(Buyers.Asked asked) {
        return buyers.asked().stream()
                .noneMatch(other ->
                        other.sku.equals(asked.sku) && other.id.equals(asked.id) && other.quantity != asked.quantity);
    }

    private void settle() {
        for (int waits = 0; waits < 100 && !isSettled(); waits++) {
            world.run(Duration.ofMillis(50));
        }
        checkState(world.books().alarms().isEmpty(), "alarms: %s", world.books().alarms());
        checkState(isSettled(), "settlement does not catch up");
        for (Sku sku : world.skus()) {
            checkState(
                    world.books().book(sku).rebalance() == null,
                    "not rebalanced: %s",
                    world.books().book(sku));
            checkState(
                    world.books().book(sku).actual() == 0,
                    "undersold: %s of %s are left",
                    world.books().book(sku).actual(),
                    sku);
        }
    }

    private void spread() {
        if (plan.conditions().contains(Trouble.SPREAD)) {
            for (int waits = 0; waits < 60 && world.imbalance() > MOST_IMBALANCE; waits++) {
                world.run(Duration.ofMillis(50));
            }
            checkState(
                    world.imbalance() <= MOST_IMBALANCE,
                    "not spread: one node owns %s partitions more than another",
                    world.imbalance());
        }
    }

    private boolean isSettled() {
        for (int lane = 0; lane < world.log().laneCount(); lane++) {
            if (!isSettled(lane)) {
                return false;
            }
        }
        return world.skus().stream().allMatch(sku -> world.books().book(sku).rebalance() == null);
    }

    /** Whether all that counts in the lane has settled. Late copies of records may stand at its end, and proofs. */
    private boolean isSettled(int lane) {
        LaneRule rule = new LaneRule();
        for (LaneRecord record : world.log().flushed(lane)) {
            boolean settled = record.offset() < world.books().settled(lane);
            for (Section section : LogRecord.decode(record.body()).sections()) {
                boolean repeated =
                        section instanceof Section.Fence && section.epoch() <= rule.fenceOf(section.partition());
                if (rule.judge(section) == LaneRule.Verdict.VALID && !repeated && !settled) {
                    return false;
                }
            }
        }
        return true;
    }

    private void judge() {
        Map<Books.Deducted, List<Buyers.Asked>> byId = new LinkedHashMap<>();
        for (Buyers.Asked asked : buyers.asked()) {
            checkState(asked.open == 0, "%s: a call did not end", asked);
            Books.Deducted key = new Books.Deducted(world.books().idOf(asked.sku), asked.id);
            byId.computeIfAbsent(key, k -> new ArrayList<>(1)).add(asked);
        }
        Map<Books.Deducted, Integer> unexplained =
                new LinkedHashMap<>(world.books().ledger());
        byId.forEach((key, asked) -> judge(asked, unexplained.remove(key)));
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

    /** What was told of one id, with one quantity if the caller was careful, against its row of the ledger. */
    private static void judge(List<Buyers.Asked> asked, @Nullable Integer quantity) {
        boolean isWanted = false;
        for (Buyers.Asked one : asked) {
            if (one.isDeducted()) {
                checkState(quantity != null, "lost: %s was acknowledged", one);
                checkState(asked.size() > 1 || quantity == one.quantity, "%s: %s in the ledger", one, quantity);
            }
            if (one.told.contains(Outcome.CONFLICT)) {
                checkState(asked.size() > 1, "%s: a conflict, with what?", one);
                checkState(quantity != null, "%s: a conflict with what is not in the ledger", one);
            }
            if (quantity != null && quantity == one.quantity) {
                isWanted = true;
                boolean refused = one.told.stream().allMatch(Outcome::isRefusal);
                checkState(!refused, "refused but sold: %s was told %s", one, one.told);
            }
        }
        checkState(quantity == null || isWanted, "%s: %s in the ledger", asked, quantity);
    }
}
