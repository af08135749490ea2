// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import static com.google.common.base.Preconditions.checkState;

import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderSettings;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.Settlement;
import io.granary.allocator.settlement.SettlementSettings;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.concurrent.Loop;
import io.granary.metrics.MeterScope;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.node.lane.LaneMetrics;
import io.granary.node.lane.LaneSettings;
import io.granary.node.server.PartitionNode;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A small Granary: broker, registry, database, allocators, nodes and clients, all of one seed. */
final class World {
    private static final int LANES = 12;
    private static final Duration SESSION_TIME_OUT = Duration.ofMillis(100);

    private final Scheduler scheduler;
    private final Planted planted;
    private final SimLog log;
    private final SimNetwork network;
    private final SimRegistry registry;
    private final Books books = new Books();
    private final SimStore store;
    private final Buyers buyers;
    private final Operators operators;
    private final List<SimProcess> nodes = new ArrayList<>();
    private final List<SimProcess> allocators = new ArrayList<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<Sku> skus = new ArrayList<>();
    private final List<Leader> leaders = new ArrayList<>();
    private final int slots;
    private final Trace trace;
    private int processes;
    private int nodesStarted;
    private @Nullable String fault;

    World(Plan plan, Planted planted, Trace trace) {
        this.planted = planted;
        this.trace = trace;
        scheduler = new Scheduler(plan.seed(), trace);
        log = new SimLog(scheduler, trace, LANES);
        network = new SimNetwork(scheduler, trace);
        registry = new SimRegistry(scheduler, trace);
        store = new SimStore(scheduler, books);
        buyers = new Buyers(scheduler, trace);
        operators = new Operators(scheduler, trace, books, store, leaders);
        planted.prepare(scheduler, log, books);
        slots = plan.slots();
        for (int units : plan.stock()) {
            Sku sku = new Sku("sku-" + skus.size());
            skus.add(sku);
            restock(sku, units);
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
        network.faults(faults);
        registry.faults(faults);
        store.faults(faults);
    }

    // ---- Processes

    private SimProcess process(String kind) {
        processes++;
        SimProcess process =
                new SimProcess(scheduler, kind + "-" + processes, what -> fault = fault == null ? what : fault);
        trace.say(scheduler, "start " + process.name());
        return process;
    }

    private void startNode() {
        // As a node's incarnations are called: its name, a hyphen, letters of the start.
        SimProcess process = process("node" + ++nodesStarted);
        nodes.add(process);
        Loop loop = process.newLoop();
        PartitionNode node = new PartitionNode(
                process.name(),
                new LaneSettings(4_096, 4_096, Duration.ofMinutes(10), 1_000_000),
                4_096,
                planted.nodeLog(log.of(process), process),
                loop,
                process.newLoop(),
                registry.registration(process),
                new LaneMetrics(meters()),
                planted.begunEpochs(),
                reason -> scheduler.after(Duration.ZERO, () -> replace(process, reason)));
        network.serve(process.name() + ":clients", process, planted.clients(node.clients(), process));
        network.serve(process.name() + ":leaders", process, planted.leaders(node.leaders(), process));
        node.start(process.name());
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
                        IdWindow.DEFAULT),
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
                planted.leaderConnector(network.prefixed(process, ":leaders")),
                new Leader.Terms() {
                    @Override
                    public void onTerm(long term) {
                        trace.say(scheduler, process.name() + " leads, term " + term);
                    }

                    @Override
                    public void onTermOver() {
                        trace.say(scheduler, process.name() + " leads no longer");
                    }
                },
                meters());
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
                        100,
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
        books.receive(sku, slots, units);
        java.util.Set<Sku> one = java.util.Set.of(sku);
        leaders.forEach(leader -> leader.onStockChanged(one));
    }

    /** Something goes wrong, or nothing. */
    void mishap(Mishap mishap) {
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
                log.restart(scheduler.micros(1_000, 60_000));
            }
            case DEPOSE_LEADER -> registry.depose();
            case CRASH_ALLOCATOR -> crashAllocator();
            case PAUSE_ALLOCATOR -> pause(pick(allocators));
            case REPLACE_CLIENT -> replaceClient();
            case REBALANCE -> operators.rebalance(skus.get(scheduler.between(0, skus.size() - 1)));
            case FREEZE -> operators.freeze(skus.get(scheduler.between(0, skus.size() - 1)));
            case GRANT -> operators.grant(skus.get(scheduler.between(0, skus.size() - 1)));
            case DRAIN -> operators.drain(pick(nodes).name());
            case RESTOCK -> restock(skus.get(scheduler.between(0, skus.size() - 1)), scheduler.between(1, 10));
        }
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

    /** Faults stop; whoever is paused wakes; somebody of each kind lives. */
    void heal() {
        trace.say(scheduler, "heal");
        faults(Faults.NONE);
        operators.leave(skus);
        nodes.forEach(SimProcess::resume);
        allocators.forEach(SimProcess::resume);
        if (nodes.isEmpty()) {
            startNode();
        }
        checkState(!allocators.isEmpty(), "no allocator");
    }
}
