// SPDX-License-Identifier: Apache-2.0
package io.granary.node.simulated;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.Describe;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.Instruct;
import io.granary.proto.Instruction;
import io.granary.proto.LanePosition;
import io.granary.proto.LeaderMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport;
import io.granary.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One SKU sold through a few nodes, in trouble and then in peace. One thread, virtual time. */
public final class World {
    private static final int LANES = 24;
    private static final Sku SKU = new Sku("hot");
    private static final Duration TICK = Duration.ofMillis(7);
    /** An owner that does not serve after this time is replaced. */
    private static final long PATIENCE_NANOS = Duration.ofMillis(150).toNanos();

    private final ManualLoop time = new ManualLoop();
    private final Chance chance;
    private final FaultyLog log;
    private final Settlement books;
    private final int slots;
    private final List<HeldNode> nodes = new ArrayList<>();
    private final HeldNode[] owners;
    private final long[] epochs;
    private final long[] since;
    private final Map<Long, Integer> asked = new HashMap<>();
    private final Map<Long, Set<Caller.Outcome>> outcomes = new HashMap<>();
    private long nextId = 1;
    private long nextSession = 1;

    public World(long seed) {
        chance = new Chance(seed);
        slots = chance.oneOf(1, 2, 3);
        log = new FaultyLog(LANES, time, chance);
        books = new Settlement(chance.oneOf(5, 20, 60), slots, LANES);
        owners = new HeldNode[slots];
        epochs = new long[slots];
        since = new long[slots];
        for (int i = chance.oneOf(2, 3); i > 0; i--) {
            spawn();
        }
        while (candidates().isEmpty()) {
            time.pass(Duration.ofMillis(10));
        }
        for (int slot = 0; slot < slots; slot++) {
            takeOver(slot);
        }
        tick();
    }

    static PartitionId partition(int slot) {
        return new PartitionId(SKU, slot);
    }

    int slots() {
        return slots;
    }

    HeldNode owner(int slot) {
        return owners[slot];
    }

    long epoch(int slot) {
        return epochs[slot];
    }

    /** Everything goes wrong that may. */
    public void trouble() {
        for (int i = 0; i < 60; i++) {
            time.pass(Duration.ofMillis(3 + chance.below(23)));
            for (int calls = chance.below(4); calls > 0; calls--) {
                long id = nextId++;
                int quantity = chance.oneOf(1, 1, 1, 2, 3);
                call(id, quantity, chance.oneOf(50, 200, 600));
                if (chance.of(0.1)) {
                    // Again, by somebody who knows nothing of the first.
                    time.schedule(Duration.ofMillis(1 + chance.below(400)), () -> call(id, quantity, 400));
                }
            }
        }
    }

    /** Nothing goes wrong any more: everything is settled, and all that is left is sold. */
    public void peace() {
        chance.makePeace();
        nodes.forEach(HeldNode::resume);
        time.pass(Duration.ofMillis(900));
        for (int i = 0; i < 3 * books.received && books.pool() + books.inventory > 0; i++) {
            call(nextId++, 1, 300);
            time.pass(Duration.ofMillis(20));
        }
        time.pass(Duration.ofSeconds(1));
        settleAll();
        judge();
    }

    /** What was promised and not kept. */
    public List<String> complaints() {
        return books.complaints;
    }

    private void judge() {
        books.check();
        if (books.pool() + books.inventory > 0) {
            books.complaints.add(
                    "undersold: " + books.pool() + " in the pool, " + books.inventory + " in the inventory");
        }
        outcomes.forEach((id, ends) -> {
            Integer entry = books.ledger.get(id);
            if (ends.contains(Caller.Outcome.DEDUCTED) && !asked.get(id).equals(entry)) {
                books.complaints.add("lost acknowledgement: " + id + ", in the ledger: " + entry);
            }
            if (ends.equals(Set.of(Caller.Outcome.REFUSED)) && entry != null) {
                books.complaints.add("refused but sold: " + id);
            }
        });
        for (int slot = 0; slot < slots; slot++) {
            PartitionReport report = owners[slot].report(slot);
            Settlement.Totals totals = books.totals(slot);
            if (report == null
                    || report.getEpoch() != epochs[slot]
                    || report.getConsumed() != totals.consumed
                    || report.getReturned() != totals.returned
                    || report.getRemaining() != totals.granted - totals.consumed - totals.returned) {
                books.complaints.add("slot " + slot + ": the owner says " + report + " of granted " + totals.granted
                        + ", consumed " + totals.consumed + ", returned " + totals.returned);
            }
        }
    }

    private void call(long id, int quantity, int deadlineMillis) {
        asked.put(id, quantity);
        Set<Caller.Outcome> ends = outcomes.computeIfAbsent(id, i -> EnumSet.noneOf(Caller.Outcome.class));
        new Caller(this, time, chance, nextSession++, id, quantity, Duration.ofMillis(deadlineMillis), ends::add)
                .attempt();
    }

    // ---- The leader

    private void spawn() {
        nodes.add(new HeldNode(nodes.size(), log, time));
    }

    private List<HeldNode> living() {
        return nodes.stream().filter(node -> !node.isDead()).toList();
    }

    private List<HeldNode> candidates() {
        return living().stream().filter(HeldNode::isJoined).toList();
    }

    private void tick() {
        if (!chance.isPeace()) {
            makeTrouble();
        }
        for (int slot = 0; slot < slots; slot++) {
            if (owners[slot].isDead() || isStuck(slot)) {
                takeOver(slot);
            } else {
                look(slot);
            }
        }
        candidates()
                .forEach(node -> tell(
                        node,
                        LeaderMessage.newBuilder()
                                .setDescribe(Describe.newBuilder())
                                .build()));
        for (int lane = 0; lane < nodes.size(); lane++) {
            for (int i = chance.ofTrouble(0.5) ? 0 : 1 + chance.below(5); i > 0; i--) {
                books.apply(lane, log.records(lane));
            }
        }
        time.schedule(TICK, this::tick);
    }

    private void makeTrouble() {
        if (chance.of(0.15)) {
            takeOver(chance.below(slots));
        }
        List<HeldNode> alive = living();
        if (chance.of(0.05) && candidates().size() > 1) {
            alive.get(chance.below(alive.size())).kill();
        }
        if (living().size() < 3
                && nodes.size() < LANES
                && (chance.of(0.2) || candidates().isEmpty())) {
            spawn();
        }
        if (chance.of(0.3)) {
            alive.get(chance.below(alive.size())).pause(Duration.ofMillis(chance.oneOf(20, 100, 300)));
        }
    }

    private boolean isStuck(int slot) {
        PartitionReport report = owners[slot].report(slot);
        boolean serves = report != null
                && report.getEpoch() == epochs[slot]
                && (report.getState() == PartitionReport.State.SERVING
                        || report.getState() == PartitionReport.State.EXHAUSTED);
        return !serves && !owners[slot].isPaused() && time.nanoTime() - since[slot] > PATIENCE_NANOS;
    }

    private void look(int slot) {
        boolean gathers = chance.isPeace() && slot > 0;
        if (books.inventory > 0 && !gathers && chance.of(0.4)) {
            books.grant(slot, 1 + chance.below((int) Math.max(1, books.inventory / 2)));
        }
        Settlement.Totals totals = books.totals(slot);
        long back = gathers ? totals.granted : chance.ofTrouble(0.1) ? totals.returned + chance.below(6) : 0;
        tell(
                owners[slot],
                LeaderMessage.newBuilder()
                        .setInstruct(Instruct.newBuilder()
                                .addInstructions(Instruction.newBuilder()
                                        .setSku(SKU.code())
                                        .setSlot(slot)
                                        .setEpoch(epochs[slot])
                                        .setGranted(totals.granted)
                                        .setReturnTo(back)))
                        .build());
    }

    private void takeOver(int slot) {
        List<HeldNode> candidates = candidates();
        if (candidates.isEmpty()) {
            return;
        }
        HeldNode node = candidates.get(chance.below(candidates.size()));
        long epoch = ++epochs[slot];
        owners[slot] = node;
        since[slot] = time.nanoTime();
        Settlement.Totals totals = books.totals(slot);
        OpenPartition.Builder partition = OpenPartition.newBuilder()
                .setSku(SKU.code())
                .setSlot(slot)
                .setEpoch(epoch)
                .setGranted(totals.granted)
                .setConsumed(totals.consumed)
                .setReturned(totals.returned);
        Open.Builder open = Open.newBuilder();
        books.epochs(slot)
                .values()
                .forEach(earlier -> partition.addEarlier(EarlierEpoch.newBuilder()
                        .setEpoch(earlier.number)
                        .setLane(earlier.lane)
                        .setSeq(earlier.seq)
                        .setFenced(earlier.fenced)));
        for (int lane = 0; lane < nodes.size(); lane++) {
            open.addLanes(LanePosition.newBuilder().setLane(lane).setSettled(books.settled(lane)));
        }
        books.epochs(slot).put(epoch, new Settlement.Epoch(slot, epoch, node.lane));
        tell(
                node,
                LeaderMessage.newBuilder()
                        .setOpen(open.addPartitions(partition))
                        .build());
    }

    /** It may come late, twice, or not at all. */
    private void tell(HeldNode node, LeaderMessage message) {
        for (int copies = chance.ofTrouble(0.3) ? 2 : 1; copies > 0; copies--) {
            if (!chance.ofTrouble(0.1)) {
                time.schedule(chance.delay(), () -> node.tell(message));
            }
        }
    }

    private void settleAll() {
        for (int lane = 0; lane < nodes.size(); lane++) {
            while (books.apply(lane, log.records(lane))) {
                // Until its end.
            }
        }
    }
}
