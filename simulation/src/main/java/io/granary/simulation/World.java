// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.allocation.PartitionBook;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderSettings;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.Settlement;
import io.granary.allocator.settlement.SettlementSettings;
import io.granary.allocator.stock.StockUpdates;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.concurrent.Loop;
import io.granary.metrics.MeterScope;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.server.PartitionNode;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A small Granary: broker, registry, database, allocators, nodes and clients, all of one seed. */
final class World {
    private static final int LANES = 12;
    /** The shortest that ids can be remembered. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private static final Duration SESSION_TIME_OUT = Duration.ofMillis(100);

    private final Scheduler scheduler;
    private final Planted planted;
    private final SimLog log;
    private final SimNetwork network;
    private final SimRegistry registry;
    private final Books books;
    private final SimStore store;
    private final Shop shop;
    private final Buyers buyers;
    private final Operators operators;
    private final List<SimProcess> nodes = new ArrayList<>();
    private final List<SimProcess> allocators = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<Sku> skus = new ArrayList<>();
    private final List<Leader> leaders = new ArrayList<>();
    private final int slots;
    private final Set<Trouble> conditions;
    private final boolean forgets;
    private final IdWindow idWindow;
    private final Trace trace;
    private final Set<Sku> restocked = new HashSet<>();
    private int lostLane = -1;
    private int processes;
    private int nodesStarted;
    private @Nullable String fault;

    World(Plan plan, Planted planted, Trace trace) {
        this.planted = planted;
        this.trace = trace;
        scheduler = new Scheduler(plan.seed(), trace);
        conditions = plan.conditions();
        forgets = plan.forgets();
        idWindow = idWindow();
        books = new Books(clock(), idWindow);
        log = new SimLog(scheduler, trace, LANES);
        network = new SimNetwork(scheduler, trace);
        registry = new SimRegistry(scheduler, trace);
        store = new SimStore(scheduler, trace, books);
        shop = new Shop(scheduler, trace, new SimProcess(scheduler, "shop", Clock.right(scheduler), this::note));
        buyers = new Buyers(scheduler, trace, books, forgets);
        operators = new Operators(scheduler, trace, books, store, leaders);
        planted.prepare(scheduler, log, books);
        slots = plan.slots();
        for (int units : plan.stock()) {
            Sku sku = new Sku("sku-" + skus.size());
            skus.add(sku);
            buyers.received(sku, units);
            books.receive(sku, slots, units);
        }
        for (int i = 0; i < plan.allocators(); i++) {
            startAllocator();
        }
        for (int i = 0; i < plan.nodes(); i++) {
            startNode();
        }
        for (int i = 0; i < Plan.CLIENTS; i++) {
            clients.add(startClient());
        }
    }

    Scheduler scheduler() {
        return scheduler;
    }

    Buyers buyers() {
        return buyers;
    }

    Books books() {
        return books;
    }

    SimLog log() {
        return log;
    }

    List<Sku> skus() {
        return skus;
    }

    List<SimClient> clients() {
        return clients;
    }

    // ---- Time

    /** Lets that much time pass; fails as soon as something is wrong. */
    void run(Duration time) {
        long until = scheduler.nowNanos() + time.toNanos();
        while (scheduler.step(until)) {
            check();
        }
    }

    private void check() {
        Throwable violation = store.violation();
        if (violation != null) {
            throw new IllegalStateException("the books: " + violation.getMessage(), violation);
        }
        checkState(fault == null, "%s", fault);
        buyers.check();
    }

    void faults(Faults faults) {
        log.faults(faults);
        shop.broker().faults(faults);
        network.faults(faults);
        registry.faults(faults);
        store.faults(faults);
    }

    // ---- Processes

    private SimProcess process(String kind) {
        processes++;
        SimProcess process = new SimProcess(scheduler, kind + "-" + processes, clock(), this::note);
        trace.say(scheduler, "start " + process.name());
        return process;
    }

    private void note(String unexpected) {
        fault = fault == null ? unexpected : fault;
    }

    private Clock clock() {
        return conditions.contains(Trouble.SKEWED_CLOCKS) ? Clock.wrong(scheduler) : Clock.right(scheduler);
    }

    private void startNode() {
        // As a node's incarnations are called: its name, a hyphen, letters of the start.
        SimProcess process = process("node" + ++nodesStarted);
        nodes.add(process);
        Loop loop = process.newLoop();
        PartitionNode node = new PartitionNode(
                process.name(),
                new LaneSettings(4_096, 4_096, nodeMemory(), 1_000_000),
                4_096,
                planted.nodeLog(log.of(process), process),
                loop,
                process.newLoop(),
                registry.registration(process),
                new LaneMetrics(meters()),
                planted.begunEpochs(),
                reason -> scheduler.after(Duration.ZERO, () -> replace(process, reason)));
        network.serve(process.name() + ":clients", process, planted.clients(maybeBusy(node.clients()), process));
        network.serve(process.name() + ":leaders", process, planted.leaders(node.leaders(), process));
        node.start(process.name());
    }

    private Acceptor<byte[], byte[]> maybeBusy(Acceptor<byte[], byte[]> node) {
        return conditions.contains(Trouble.BUSY_NODES) ? BusyNode.before(node, scheduler) : node;
    }

    private Connector<LeaderMessage, NodeMessage> orders(Connector<LeaderMessage, NodeMessage> connector) {
        return conditions.contains(Trouble.MANY_ORDERS) ? SplitOrders.over(connector) : connector;
    }

    private Duration nodeMemory() {
        return forgets ? SHORT : Duration.ofMinutes(10);
    }

    /** With marks close to each other where it matters where they are. */
    private IdWindow idWindow() {
        if (forgets) {
            return new IdWindow(
                    SHORT, scheduler.between(30, 100), scheduler.between(1, 10), scheduler.micros(5_000, 100_000));
        }
        return conditions.contains(Trouble.SKEWED_CLOCKS)
                ? new IdWindow(
                        IdWindow.DEFAULT.age(),
                        IdWindow.DEFAULT.ids(),
                        scheduler.between(1, 10),
                        scheduler.micros(5_000, 100_000))
                : IdWindow.DEFAULT;
    }

    private static MeterScope meters() {
        return new MeterScope(new SimpleMeterRegistry());
    }

    /** As whoever runs a node does when it has given up. */
    private void replace(SimProcess node, String reason) {
        trace.say(scheduler, node.name() + " gave up: " + reason);
        if (nodes.remove(node)) {
            node.crash();
            registry.expire(node);
            startNode();
        }
    }

    private void startAllocator() {
        SimProcess process = process("allocator");
        allocators.add(process);
        Loop leaderLoop = process.newLoop();
        Loop settlementLoop = process.newLoop();
        Leader[] leader = new Leader[1];
        StockUpdates[] stock = new StockUpdates[1];
        Settlement settlement = new Settlement(
                process.name(),
                settlementLoop,
                planted.settlementLog(log.of(process)),
                planted.settlementStore(store.settlement(process), process),
                new SettlementSettings(
                        scheduler.between(1, 8),
                        100,
                        1 << 20,
                        Duration.ofMillis(scheduler.between(0, 10)),
                        Duration.ZERO,
                        Duration.ofMillis(10),
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        idWindow),
                meters(),
                touched -> leader[0].onSettled(touched));
        Cluster cluster = registry.cluster(process);
        leader[0] = new Leader(
                process.name(),
                LANES,
                new LeaderSettings(
                        Duration.ofMillis(100),
                        Duration.ofMillis(2),
                        Duration.ofMillis(50),
                        Duration.ofMillis(50),
                        100,
                        2,
                        10,
                        Duration.ofMillis(20),
                        Duration.ofMillis(200),
                        Duration.ofMillis(50),
                        Duration.ofMillis(500),
                        Duration.ofMillis(50),
                        Duration.ofMillis(120),
                        true,
                        Duration.ZERO,
                        2),
                new AllocationSettings(
                        Duration.ofMillis(100), Duration.ofMillis(10), 2, scheduler.between(1, 10), 10, slots),
                leaderLoop,
                store.executor(process),
                planted.allocationStore(store.allocation()),
                cluster,
                planted.leaderConnector(orders(network.prefixed(process, ":leaders"))),
                new Leader.Terms() {
                    @Override
                    public void onTerm(long term) {
                        stock[0].start(term);
                        trace.say(scheduler, process.name() + " leads, term " + term);
                    }

                    @Override
                    public void onTermOver() {
                        stock[0].close();
                        trace.say(scheduler, process.name() + " leads no longer");
                    }
                },
                meters());
        stock[0] = shop.applier(process, store.stockUpdates(process), leader[0], meters());
        leaders.add(leader[0]);
        cluster.join(process.name(), process.name(), new Cluster.Listener() {
            @Override
            public void onNodes(Map<String, NodeEntry> live) {
                leader[0].setNodes(live);
            }

            @Override
            public void onAllocators(List<AllocatorEntry> live) {
                leader[0].setAllocators(live);
                settlement.setAllocators(live.stream().map(AllocatorEntry::name).toList());
            }

            @Override
            public void onLeading() {
                leader[0].setLeading(true);
            }

            @Override
            public void onFollowing() {
                leader[0].setLeading(false);
            }

            @Override
            public void onReach(boolean inReach) {
                leader[0].setReach(inReach);
            }
        });
    }

    /** Somebody who knows nothing yet, and whom no mishap will find. */
    SimClient startClient() {
        SimProcess process = process("client");
        GranaryClient client = GranaryClient.on(
                process.newLoop(),
                registry.routes(process),
                planted.clientConnector(network.prefixed(process, ":clients")),
                new ClientSettings(
                        1_000,
                        conditions.contains(Trouble.BUSY_NODES) ? 1 : 100,
                        Duration.ofMillis(1),
                        Duration.ofMillis(10),
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        Duration.ofMillis(10)),
                randomId(),
                new SimpleMeterRegistry());
        return new SimClient(process, client);
    }

    private void replaceClient() {
        int victim = scheduler.between(0, clients.size() - 1);
        SimClient old = clients.get(victim);
        traced("crash", old.process()).crash();
        buyers.gone(old);
        clients.set(victim, startClient());
    }

    RequestId randomId() {
        return new RequestId(scheduler.random().nextLong(), scheduler.random().nextLong());
    }

    // ---- What happens to it

    void restock(Sku sku, int units) {
        trace.say(scheduler, "restock " + sku + " by " + units);
        buyers.received(sku, units);
        restocked.add(sku);
        shop.restock(sku, units);
    }

    /** Whether units came after the beginning. */
    boolean wasRestocked(Sku sku) {
        return restocked.contains(sku);
    }

    /** Something goes wrong, or nothing. */
    void mishap(Mishap mishap) {
        if (conditions.contains(Trouble.EXPIRED_RECORDS)) {
            for (int lane = 0; lane < LANES; lane++) {
                log.expire(lane, books.needed(lane));
            }
        }
        switch (mishap) {
            case NONE -> {
                // For once.
            }
            case CRASH_NODE -> crashNode();
            case PAUSE_NODE -> pause(pick(nodes));
            case LOSE_SESSION -> registry.expire(traced("session lost of", pick(nodes)));
            case LOSE_ALL_SESSIONS -> loseAllSessions();
            case STALL_ORDERS -> stallOrders(traced("stall orders of", pick(nodes)));
            case CUT_STREAM -> network.breakOne();
            case STALL_STREAM -> network.stallOne();
            case RESTART_BROKER -> {
                trace.say(scheduler, "broker restarts");
                restartBroker(scheduler.micros(1_000, 60_000));
            }
            case DEPOSE_LEADER -> registry.depose();
            case CRASH_ALLOCATOR -> crashAllocator();
            case PAUSE_ALLOCATOR -> pause(pick(allocators));
            case REPLACE_CLIENT -> replaceClient();
            case REBALANCE -> operators.rebalance(skus.get(scheduler.between(0, skus.size() - 1)));
            case FREEZE -> operators.freeze(skus.get(scheduler.between(0, skus.size() - 1)));
            case GRANT -> operators.grant(skus.get(scheduler.between(0, skus.size() - 1)));
            case DRAIN -> operators.drain(pick(nodes).name());
            case REGISTRY_OUTAGE -> registry.goAway(outage());
            case BROKER_OUTAGE -> {
                Duration length = outage();
                if (scheduler.chance(0.5)) {
                    restartBroker(length);
                } else {
                    log.standStill(length);
                    shop.broker().standStill(length);
                }
            }
            case DATABASE_OUTAGE -> store.goAway(outage());
            case LOSE_RECORDS -> loseRecords();
            case LEAVE_ALONE -> leaveAlone(traced("left alone:", pick(nodes)));
            case UNREACHABLE_NODE -> network.cutOff(traced("out of reach:", pick(nodes)), outage());
            case RESTOCK -> restock(skus.get(scheduler.between(0, skus.size() - 1)), scheduler.between(1, 10));
        }
    }

    /** Some of the last records of a lane that somebody appends to. */
    private void loseRecords() {
        List<Integer> used = IntStream.range(0, LANES)
                .filter(lane -> !log.flushed(lane).isEmpty())
                .boxed()
                .toList();
        if (!used.isEmpty() && lostLane < 0) {
            lostLane = used.get(scheduler.between(0, used.size() - 1));
            log.lose(lostLane, scheduler.between(1, 5), buyers);
        }
    }

    /** The lane that has lost acknowledged records; -1 if none has. */
    int lostLane() {
        return lostLane;
    }

    private Duration outage() {
        return SESSION_TIME_OUT.plus(scheduler.micros(0, 1_500_000));
    }

    private void restartBroker(Duration downtime) {
        log.restart(downtime);
        shop.broker().restart(downtime);
    }

    /** Units are given out as they are asked for, whatever operators had planned. */
    void givesOutAtOnce(Sku sku) {
        operators.forgetPlan(sku);
    }

    /** Lets time pass until all units that are to come have come. */
    void awaitStock() {
        for (int waits = 0; waits < 60 && !shop.isEmpty(books); waits++) {
            run(Duration.ofMillis(50));
        }
        checkState(shop.isEmpty(books), "stock updates are not applied");
    }

    private void loseAllSessions() {
        trace.say(scheduler, "all sessions are lost, one by one");
        for (SimProcess node : List.copyOf(nodes)) {
            if (scheduler.chance(0.6)) {
                network.stallTo(node.name() + ":leaders", scheduler.micros(30_000, 250_000));
            }
            scheduler.after(scheduler.micros(0, 150_000), () -> registry.expire(node));
        }
    }

    private void leaveAlone(SimProcess node) {
        network.leaveAlone(node, scheduler.micros(300_000, 900_000));
        for (SimProcess other : List.copyOf(nodes)) {
            if (other != node) {
                scheduler.after(scheduler.micros(200_000, 500_000), () -> registry.expire(other));
            }
        }
    }

    private void stallOrders(SimProcess node) {
        String address = node.name() + ":leaders";
        Duration time = scheduler.micros(30_000, 300_000);
        if (scheduler.chance(0.5)) {
            network.stallTo(address, time);
        } else {
            network.stallFrom(address, time);
        }
    }

    private SimProcess traced(String what, SimProcess process) {
        trace.say(scheduler, what + " " + process.name());
        return process;
    }

    private SimProcess pick(List<SimProcess> some) {
        return some.get(scheduler.between(0, some.size() - 1));
    }

    private void crashNode() {
        if (nodes.size() > 1 || scheduler.chance(0.3)) {
            crash(nodes);
        }
        if (nodes.size() < 3) {
            startNode();
        }
    }

    private void crashAllocator() {
        crash(allocators);
        startAllocator();
    }

    private void crash(List<SimProcess> some) {
        SimProcess victim = traced("crash", pick(some));
        some.remove(victim);
        victim.crash();
        scheduler.after(SESSION_TIME_OUT, () -> registry.expire(victim));
    }

    private void pause(SimProcess process) {
        if (process.isPaused()) {
            return;
        }
        traced("pause", process).pause();
        Duration length = scheduler.micros(5_000, 400_000);
        if (length.compareTo(SESSION_TIME_OUT) > 0) {
            scheduler.after(SESSION_TIME_OUT, () -> registry.expire(process));
        }
        scheduler.after(length, () -> traced("wake", process).resume());
    }

    /** So many nodes run at least. */
    void standBy(int least) {
        while (nodes.size() < least) {
            startNode();
        }
    }

    /** How many partitions more the node with the most owns than the one with the fewest. */
    long imbalance() {
        LongSummaryStatistics owned = nodes.stream()
                .mapToLong(node -> books.owned(NodeEntry.nameOf(node.name())))
                .summaryStatistics();
        return owned.getMax() - owned.getMin();
    }

    /**
     * Begins the fault of a rush.
     *
     * @return the share of the SKU's partitions whose node can still be reached
     */
    double begin(Rush rush, Sku sku) {
        // Longer than they buy; it is ended then.
        Duration length = rush.length().multipliedBy(2);
        switch (rush.fault()) {
            case NOTHING -> trace.say(scheduler, "a rush");
            case NO_REGISTRY -> registry.goAway(length);
            case NO_BROKER -> restartBroker(length);
            case NO_DATABASE -> store.goAway(length);
            case UNREACHABLE_NODE -> {
                return cutOffOwner(sku, length);
            }
        }
        return 1;
    }

    private double cutOffOwner(Sku sku, Duration length) {
        List<PartitionBook> partitions = books.book(sku).partitions();
        String owner = partitions.get(0).node();
        SimProcess node = nodes.stream()
                .filter(one -> one.name().equals(owner))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(owner + " serves " + sku + ", and does not live"));
        network.cutOff(traced("out of reach:", node), length);
        long others = partitions.stream()
                .filter(one -> !node.name().equals(one.node()))
                .count();
        return (double) others / partitions.size();
    }

    /** What was gone as a whole, or out of reach, is back. */
    void mend() {
        registry.comeBack();
        log.comeBack();
        shop.broker().comeBack();
        store.comeBack();
        network.comeBack();
    }

    /** Faults stop; whoever is paused wakes; somebody of each kind lives. */
    void heal() {
        trace.say(scheduler, "heal");
        faults(Faults.NONE);
        mend();
        operators.leave(skus);
        nodes.forEach(SimProcess::resume);
        allocators.forEach(SimProcess::resume);
        if (nodes.isEmpty()) {
            startNode();
        }
        checkState(!allocators.isEmpty(), "no allocator");
    }
}
