// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.control;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.granary.allocator.AllocatorSettings;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.SkuPlan;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.SqlAllocationStore;
import io.granary.allocator.store.SqlDecisions;
import io.granary.allocator.store.SqlIntentions;
import io.granary.api.RebalanceKind;
import io.granary.backing.Patience;
import io.granary.concurrent.ThreadLoop;
import io.granary.config.Configuration;
import io.granary.metrics.MeterScope;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LanePosition;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.proto.PartitionReport.State;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.NodeEntry;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leader on a real database, with scripted nodes at the other end of real links. */
class LeaderIT {
    private static final Sku SKU = new Sku("hot");
    private static final PartitionId SLOT_0 = new PartitionId(SKU, 0);
    private static final PartitionId SLOT_1 = new PartitionId(SKU, 1);

    private final RememberingCluster cluster = new RememberingCluster();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, ScriptedNode> nodes = new HashMap<>();
    private final List<Leader> leaders = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService blocking = Executors.newFixedThreadPool(4);
    private Books books;

    @BeforeEach
    void open() {
        books = Books.open();
    }

    @AfterEach
    void close() throws Exception {
        for (Leader leader : leaders) {
            leader.close();
        }
        nodes.values().forEach(ScriptedNode::close);
        for (AutoCloseable one : open) {
            one.close();
        }
        blocking.shutdownNow();
        assertThat(blocking.awaitTermination(Patience.seconds(10), TimeUnit.SECONDS))
                .isTrue();
        assertBooksHold();
        books.close();
    }

    /** Whatever a test did, it ends with books that hold. */
    private void assertBooksHold() {
        assertThat(books.number("select count(*) from sku s where pool <> (select coalesce(sum(granted - consumed -"
                        + " returned), 0) from `partition` p where p.sku_id = s.id)"))
                .isZero();
        assertThat(books.number("select coalesce((select sum(granted) from `partition`), 0)"
                        + " - coalesce((select sum(units) from allocation), 0)"))
                .isZero();
    }

    private static LeaderSettings settings(Duration joinGrace) {
        return settings(joinGrace, false);
    }

    private static LeaderSettings settings(Duration joinGrace, boolean levelling) {
        return new LeaderSettings(
                Duration.ofSeconds(1),
                Duration.ofMillis(5),
                Duration.ofMillis(100),
                Duration.ofMillis(300),
                2_000,
                4,
                200,
                joinGrace,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                levelling,
                Duration.ZERO,
                5);
    }

    private static final LeaderSettings SETTINGS = settings(Duration.ofSeconds(2));

    private static LeaderSettings unreachableAfter(Duration time) {
        return new LeaderSettings(
                SETTINGS.sweep(),
                SETTINGS.pace(),
                SETTINGS.patience(),
                SETTINGS.resend(),
                SETTINGS.batchSkus(),
                SETTINGS.batches(),
                SETTINGS.transactionSkus(),
                SETTINGS.joinGrace(),
                SETTINGS.needLife(),
                SETTINGS.ceilingsWait(),
                SETTINGS.announceWait(),
                SETTINGS.reconnect(),
                time,
                false,
                Duration.ZERO,
                5);
    }

    private Leader leader(String name) {
        return leader(name, SETTINGS);
    }

    private Leader leader(String name, LeaderSettings settings) {
        ThreadLoop loop = ThreadLoop.start(name);
        GrpcConnector<io.granary.proto.LeaderMessage, io.granary.proto.NodeMessage> connector =
                GrpcConnector.control(GrpcSettings.defaults());
        open.add(connector);
        open.add(loop);
        Leader leader = new Leader(
                name,
                8,
                settings,
                AllocatorSettings.of(Configuration.defaults()).allocation(),
                loop,
                blocking,
                new SqlAllocationStore(books.database(), IdWindow.DEFAULT),
                cluster,
                connector,
                new Leader.Terms() {
                    @Override
                    public void onTerm(long term) {}

                    @Override
                    public void onTermOver() {}
                },
                new MeterScope(meters));
        leaders.add(leader);
        return leader;
    }

    private ScriptedNode node(String incarnation) {
        return nodes.computeIfAbsent(incarnation, ScriptedNode::new);
    }

    private static Map<String, NodeEntry> entries(Collection<ScriptedNode> nodes) {
        Map<String, NodeEntry> entries = new HashMap<>();
        nodes.forEach(node -> entries.put(node.entry().incarnation(), node.entry()));
        return entries;
    }

    private Leader leading(String name, ScriptedNode... live) {
        return leading(name, SETTINGS, live);
    }

    private Leader leading(String name, LeaderSettings settings, ScriptedNode... live) {
        Leader leader = leader(name, settings);
        leader.setNodes(entries(List.of(live)));
        leader.setLeading(true);
        return leader;
    }

    private static void soon(ThrowingRunnable assertion) {
        await().atMost(Patience.of(Duration.ofSeconds(20)))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(assertion);
    }

    private ScriptedNode owner(PartitionId partition) {
        return nodes.get(books.texts(
                        "select p.node from `partition` p join sku s on s.id = p.sku_id where s.code = ? and slot = ?",
                        partition.sku().code(),
                        partition.slot())
                .get(0));
    }

    /** Settles what nodes sold and gave back. */
    private void settle(Leader leader, PartitionId... partitions) {
        for (PartitionId partition : partitions) {
            ScriptedNode node = owner(partition);
            List<Long> figures = node.figures(partition);
            int sku = books.skuId(partition.sku());
            books.database().transactions().run(session -> {
                try (var statement = session.getConnection().createStatement()) {
                    statement.execute("select @c := " + figures.get(2) + " - consumed, @r := " + figures.get(3)
                            + " - returned from `partition` where sku_id = " + sku + " and slot = " + partition.slot()
                            + " for update");
                    statement.execute("update `partition` set consumed = consumed + @c, returned = returned + @r"
                            + " where sku_id = " + sku + " and slot = " + partition.slot());
                    statement.execute("update sku set pool = pool - @c - @r, inventory = inventory + @r,"
                            + " actual = actual - @c, sold = sold + @c where id = " + sku);
                }
            });
        }
        leader.onSettled(Set.of(partitions[0].sku()));
    }

    private void restock(Sku sku, long units) {
        books.update(
                "update sku set inventory = inventory + ?, actual = actual + ?, received = received + ? where code = ?",
                units,
                units,
                units,
                sku.code());
    }

    private void assertPublished(Sku sku, SkuState state, int slots) {
        assertThat(cluster.entry(sku)).contains(new SkuEntry(state, slots));
    }

    @Test
    void nodesWriteWhatTheOldestProcessReadsAndNewRecordsOnceItIsGone() {
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        Map<String, NodeEntry> withAnOldOne = new HashMap<>(entries(List.of(a)));
        withAnOldOne.put("old", new NodeEntry("old", "127.0.0.1:1", -1, 1));
        leader.setNodes(withAnOldOne);
        leader.setAllocators(List.of(new AllocatorEntry("one", "")));
        soon(() -> assertThat(a.entry().lane()).isNotNegative());
        assertThat(a.recordVersion()).isEqualTo(1);

        leader.setNodes(entries(List.of(a)));
        soon(() -> assertThat(a.recordVersion()).isEqualTo(2));

        // A process that comes too late is named.
        leader.setAllocators(List.of(new AllocatorEntry("one", ""), new AllocatorEntry("old", "", 1)));
        soon(() -> assertThat(leader.look().join().behind()).containsExactly("old"));
    }

    @Test
    void nodesGetLanesAndPartitionsAreOpenedWithTheirFirstGrants() {
        books.addSku(SKU, 2, 60_000);
        ScriptedNode a = node("a");
        ScriptedNode b = node("b");
        leading("one", a, b);

        soon(() -> {
            assertThat(a.partitions()).hasSize(1);
            assertThat(b.partitions()).hasSize(1);
        });
        assertThat(owner(SLOT_0).figures(SLOT_0)).containsExactly(1L, 15_000L, 0L, 0L, 15_000L);
        assertThat(a.entry().lane()).isNotEqualTo(b.entry().lane()).isNotNegative();
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(30_000, 30_000, 60_000, 60_000, 0, 0));
        assertThat(books.numbers("select lane from `partition` order by slot"))
                .containsExactly((long) owner(SLOT_0).entry().lane(), (long)
                        owner(SLOT_1).entry().lane());
        soon(() -> assertPublished(SKU, SkuState.SELLING, 2));
        // No fence, nothing to read.
        assertThat(a.opens()).isNotEmpty().allSatisfy(open -> {
            assertThat(open.getLanesList()).isEmpty();
            assertThat(open.getPartitionsList())
                    .singleElement()
                    .satisfies(
                            partition -> assertThat(partition.getEarlierList()).isEmpty());
        });
    }

    @Test
    void aNewSkuIsOpenedWhenItsStockComes() {
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.entry().lane()).isNotNegative());
        books.addSku(SKU, 1, 500);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(500));
    }

    @Test
    void aSlotBelowItsLowWatermarkIsRefilledUntilTheInventoryIsEmpty() {
        books.addSku(SKU, 2, 10_000);
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(2_500));
        long sold = 0;
        while (sold < 10_000) {
            for (PartitionId slot : List.of(SLOT_0, SLOT_1)) {
                long units = a.remaining(slot);
                a.sell(slot, units);
                sold += units;
                settle(leader, slot);
            }
        }
        soon(() -> assertPublished(SKU, SkuState.SOLD_OUT, 2));
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(0, 0, 0, 10_000, 10_000, 0));
        assertThat(books.number("select count(*) from allocation where reason = 'REFILL'"))
                .isGreaterThan(4);
    }

    @Test
    void whoWantsMoreThanThereIsLearnsTheCeilingAndForgetsItBeforeARestock() {
        books.addSku(SKU, 1, 50);
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(50));

        a.refuse(SLOT_0, 60);
        soon(() -> assertThat(a.ceilings()).containsEntry(SKU, 50L));

        leader.announce(Set.of(SKU))
                .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                .join();
        assertThat(a.ceilings()).isEmpty();
        a.refuse(SLOT_0, 60);
        restock(SKU, 20);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(70));
        assertThat(a.ceilings()).isEmpty();
    }

    @Test
    void aNodeThatDoesNotAnswerHoldsUpARestockOnlyForAWhile() {
        books.addSku(SKU, 1, 50);
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(50));
        a.answersCeilings(false);
        a.refuse(SLOT_0, 60);
        soon(() -> assertThat(a.ceilings()).containsEntry(SKU, 50L));
        leader.announce(Set.of(SKU))
                .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aSoldOutSkuSellsAgainInTheRegistryBeforeItsRestock() {
        books.addSku(SKU, 1, 5);
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(5));
        a.sell(SLOT_0, 5);
        settle(leader, SLOT_0);
        soon(() -> assertPublished(SKU, SkuState.SOLD_OUT, 1));

        cluster.fail(2);
        leader.announce(Set.of(SKU))
                .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                .join();
        assertPublished(SKU, SkuState.SELLING, 1);

        restock(SKU, 7);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(7));
        assertPublished(SKU, SkuState.SELLING, 1);
    }

    @Test
    void theTailIsGatheredWhereSomebodyWantsIt() {
        books.addSku(SKU, 2, 400);
        ScriptedNode a = node("a");
        ScriptedNode b = node("b");
        Leader leader = leading("one", a, b);
        soon(() -> {
            assertThat(a.partitions()).hasSize(1);
            assertThat(b.partitions()).hasSize(1);
        });
        // Sell until few are left, in both slots.
        soon(() -> {
            owner(SLOT_0).sell(SLOT_0, Math.max(0, owner(SLOT_0).remaining(SLOT_0) - 4));
            owner(SLOT_1).sell(SLOT_1, Math.max(0, owner(SLOT_1).remaining(SLOT_1) - 3));
            settle(leader, SLOT_0, SLOT_1);
            assertThat(books.figures(SKU).inventory()).isZero();
            // No grant is on its way.
            assertThat(remaining(SLOT_0) + remaining(SLOT_1))
                    .isEqualTo(books.figures(SKU).pool());
        });
        owner(SLOT_0).sell(SLOT_0, owner(SLOT_0).remaining(SLOT_0) - 4);
        owner(SLOT_1).sell(SLOT_1, owner(SLOT_1).remaining(SLOT_1) - 3);
        settle(leader, SLOT_0, SLOT_1);
        assertThat(books.figures(SKU).actual()).isEqualTo(7);

        soon(() -> {
            owner(SLOT_0).refuse(SLOT_0, 7);
            settle(leader, SLOT_0, SLOT_1);
            assertThat(owner(SLOT_0).remaining(SLOT_0)).isEqualTo(7);
        });
        assertThat(owner(SLOT_1).remaining(SLOT_1)).isZero();
        assertThat(books.figures(SKU).actual()).isEqualTo(7);
    }

    @Test
    void thePartitionsOfANodeThatVanishedAreTakenOverInOneMessage() {
        List<Sku> skus = IntStream.range(0, 300).mapToObj(i -> new Sku("s" + i)).toList();
        skus.forEach(sku -> books.addSku(sku, 1, 10));
        ScriptedNode a = node("a");
        ScriptedNode b = node("b");
        Leader leader = leading("one", a, b);
        soon(() -> {
            assertThat(a.partitions()).hasSize(150);
            assertThat(b.partitions()).hasSize(150);
        });
        PartitionId first = a.partitions().get(0);
        a.sell(first, 4);
        settle(leader, first);
        books.update(
                "update partition_epoch set seq = 5 where lane = ?", a.entry().lane());
        books.update("update lane set settled = 17 where lane = ?", a.entry().lane());

        leader.setNodes(entries(List.of(b)));

        soon(() -> assertThat(b.partitions()).hasSize(300));
        Open takeover = b.opens().stream()
                .filter(open -> !secondEpochs(open).isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(secondEpochs(takeover))
                .hasSize(150)
                .allSatisfy(partition -> assertThat(partition.getEarlierList())
                        .containsExactly(EarlierEpoch.newBuilder()
                                .setEpoch(1)
                                .setLane(a.entry().lane())
                                .setSeq(5)
                                .build()));
        assertThat(takeover.getLanesList())
                .containsExactly(LanePosition.newBuilder()
                        .setLane(a.entry().lane())
                        .setSettled(17)
                        .build());
        OpenPartition partition = secondEpochs(takeover).stream()
                .filter(one -> one.getSku().equals(first.sku().code()))
                .findAny()
                .orElseThrow();
        assertThat(partition.getGranted()).isEqualTo(10);
        assertThat(partition.getConsumed()).isEqualTo(4);
    }

    /** Two nodes that have five partitions each. */
    private Leader tenPartitions(LeaderSettings settings) {
        for (int i = 0; i < 10; i++) {
            books.addSku(new Sku("s" + i), 1, 10);
        }
        Leader leader = leading("one", settings, node("a-1"), node("b-1"));
        soon(() -> {
            assertThat(node("a-1").partitions()).hasSize(5);
            assertThat(node("b-1").partitions()).hasSize(5);
        });
        return leader;
    }

    @Test
    void whoIsRegisteredAndNotHeardIsTakenOverAndIsOneOfTheNodesAgainWhenItIs() {
        Leader leader = tenPartitions(SETTINGS);
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        List<PartitionId> taken = a.partitions();
        a.hangs(true);

        soon(() -> assertThat(b.partitions()).hasSize(10));
        assertThat(taken)
                .allSatisfy(partition -> assertThat(b.figures(partition).get(0)).isEqualTo(2));
        LeaderLook.NodeLook look = leader.look().join().nodes().get(0);
        assertThat(look.ready()).isFalse();
        assertThat(look.outOfReachSince()).isNotNull();

        a.hangs(false);
        soon(() -> assertThat(leader.look().join().nodes().get(0).ready()).isTrue());
        assertThat(leader.look().join().nodes().get(0).outOfReachSince()).isNull();
        soon(() -> assertThat(taken)
                .allSatisfy(partition -> assertThat(a.state(partition)).isEqualTo(State.CLOSED)));
        Sku late = new Sku("late");
        books.addSku(late, 1, 5);
        leader.onStockChanged(Set.of(late));
        soon(() -> assertThat(a.remaining(new PartitionId(late, 0))).isEqualTo(5));
    }

    @Test
    void whoIsOutOfReachKeepsItsPartitionsWhileNobodyElseCanTakeThem() {
        books.addSku(SKU, 1, 10);
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(10));
        a.hangs(true);
        soon(() -> assertThat(leader.look().join().nodes().get(0).outOfReachSince())
                .isNotNull());
        a.hangs(false);
        soon(() -> assertThat(leader.look().join().nodes().get(0).ready()).isTrue());
        restock(SKU, 5);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> assertThat(a.figures(SLOT_0)).containsExactly(1L, 15L, 0L, 0L, 15L));
    }

    @Test
    void aDrainDoesNotWaitForANodeThatHasNoLink() {
        Leader leader = tenPartitions(unreachableAfter(Duration.ofMinutes(10)));
        node("a-1").close();
        soon(() -> assertThat(leader.look().join().nodes().get(0).ready()).isFalse());
        books.update("insert into node_drain (node, who) values ('a', 'ann')");
        leader.onDrains();

        soon(() -> assertThat(node("b-1").partitions()).hasSize(10));
    }

    @Test
    void whoIsHeardButNotRegisteredKeepsItsPartitionsUntilItIsAgain() {
        Leader leader = tenPartitions(unreachableAfter(Duration.ofMinutes(10)));
        leader.setNodes(Map.of());
        Sku late = new Sku("late");
        books.addSku(late, 1, 5);
        leader.onStockChanged(Set.of(late));
        // Who comes first would have got them all.
        leader.setNodes(entries(List.of(node("b-1"))));
        soon(() -> assertThat(node("b-1").partitions()).hasSize(6));
        leader.setNodes(entries(List.of(node("a-1"), node("b-1"))));
        Sku later = new Sku("later");
        books.addSku(later, 1, 5);
        leader.onStockChanged(Set.of(later));

        soon(() -> assertThat(node("a-1").partitions()).hasSize(6));
        assertThat(books.number("select max(epoch) from `partition`")).isEqualTo(1);
    }

    private static List<OpenPartition> secondEpochs(Open open) {
        return open.getPartitionsList().stream()
                .filter(partition -> partition.getEpoch() == 2)
                .toList();
    }

    @Test
    void aRefusedEpochIsFollowedByTheNextOne() {
        books.addSku(SKU, 1, 10);
        ScriptedNode a = node("a").opensAs(State.REFUSED);
        ScriptedNode b = node("b").opensAs(State.REFUSED);
        leading("one", a, b);
        soon(() -> assertThat(a.partitions().size() + b.partitions().size()).isPositive());
        a.opensAs(State.SERVING);
        b.opensAs(State.SERVING);
        soon(() -> {
            assertThat(books.number("select epoch from `partition`")).isGreaterThan(1);
            assertThat(owner(SLOT_0).remaining(SLOT_0)).isEqualTo(10);
        });
    }

    /** 10 of 100 units have settled; what else the halted epoch sold, nobody knows. */
    @Test
    void aHaltedPartitionIsFencedByAnotherNodeServedByNobodyAndOpenedAgainOnceAnOperatorHasDecided() {
        books.addSku(SKU, 2, 200);
        ScriptedNode a = node("a");
        ScriptedNode b = node("b");
        Leader leader = leading("one", a, b);
        soon(() -> assertThat(a.partitions().size() + b.partitions().size()).isEqualTo(2));
        soon(() -> assertThat(owner(SLOT_0).remaining(SLOT_0)).isPositive());
        ScriptedNode first = owner(SLOT_0);
        long granted = books.number("select granted from `partition` where slot = 0");
        first.sell(SLOT_0, 10);
        settle(leader, SLOT_0);
        books.update("update partition_epoch set halted = true where slot = 0 and epoch = 1");
        books.update("update `partition` set halted = true where slot = 0");
        leader.onSettled(Set.of(SKU));

        ScriptedNode second = first == a ? b : a;
        soon(() -> assertThat(second.figures(SLOT_0)).startsWith(2L));
        assertThat(second.state(SLOT_0)).isEqualTo(State.REFUSED);
        assertThat(second.opens())
                .flatExtracting(Open::getPartitionsList)
                .filteredOn(open -> open.getSlot() == 0)
                .last()
                .satisfies(open -> {
                    assertThat(open.getHalted()).contains("halted");
                    assertThat(open.getEarlierList())
                            .singleElement()
                            .satisfies(
                                    earlier -> assertThat(earlier.getFenced()).isFalse());
                });
        // Who served it has nothing to append, and so does not see the fence.
        soon(() -> assertThat(first.state(SLOT_0)).isEqualTo(State.CLOSED));
        assertThat(books.number("select epoch from `partition` where slot = 0")).isEqualTo(2);
        assertThat(owner(SLOT_1).state(SLOT_1)).isEqualTo(State.SERVING);

        books.update("update partition_epoch set fenced = true where slot = 0 and epoch = 1");
        new SqlDecisions(books.database().transactions())
                .repair(SKU, 0, 40, "40 orders were confirmed", Operator.named("ann"));
        leader.lookAt(Set.of(SKU));
        soon(() -> {
            assertThat(owner(SLOT_0).state(SLOT_0)).isEqualTo(State.SERVING);
            assertThat(owner(SLOT_0).figures(SLOT_0).get(2)).isEqualTo(50);
            assertThat(owner(SLOT_0).remaining(SLOT_0)).isGreaterThanOrEqualTo(granted - 50);
        });
    }

    @Test
    void aNodeThatDoesNotTakeItsLaneGetsAnotherAndTheLaneIsAlarmed() {
        books.addSku(SKU, 1, 50);
        books.update("insert into lane (lane, settled) values (0, 7), (1, 3)");
        ScriptedNode a = node("a").lanesEndAt(5);
        leading("one", a);

        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(50));
        assertThat(a.entry().lane()).isEqualTo(1);
        assertThat(books.texts("select alarm from lane where lane = 0")).containsExactly("it ends at 5");
        assertThat(books.texts("select owner from lane where lane < 2 order by lane"))
                .containsExactly("null", "a");
    }

    @Test
    void anOpenThatWasLostIsSentAgain() {
        books.addSku(SKU, 1, 10);
        ScriptedNode a = node("a");
        leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(10));
        a.lose(SLOT_0);
        leading("two", a);
        soon(() -> assertThat(a.figures(SLOT_0)).containsExactly(1L, 10L, 0L, 0L, 10L));
    }

    @Test
    void ofTwoLeadersTheLaterIsHeardAndTheOtherStops() {
        books.addSku(SKU, 1, 10);
        ScriptedNode a = node("a");
        leading("one", a);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(10));

        Leader two = leading("two", a);
        soon(() -> assertThat(a.leaders()).contains("two"));
        long term = a.term();
        assertThat(term).isGreaterThan(1);
        Sku late = new Sku("late");
        books.addSku(late, 1, 5);
        two.onStockChanged(Set.of(late));
        leaders.get(0).onStockChanged(Set.of(late));
        soon(() -> assertThat(a.remaining(new PartitionId(late, 0))).isEqualTo(5));
        assertThat(books.number("select max(epoch) from `partition`")).isEqualTo(1);
    }

    /** Who can't know whom the registry names does not put that one out of office again and again. */
    @Test
    void whoLosesItsTermWhileTheRegistryIsOutOfReachWaitsForIt() {
        ScriptedNode a = node("a");
        Leader one = leading("one", a);
        soon(() -> assertThat(a.leaders()).containsExactly("one"));
        one.setReach(false);
        leading("two", a);
        soon(() -> assertThat(a.leaders()).containsExactly("one", "two"));
        soon(() -> assertThat(one.look()).isCompletedExceptionally());
        await().during(Duration.ofMillis(1_500))
                .untilAsserted(() -> assertThat(a.leaders()).containsExactly("one", "two"));

        one.setReach(true);
        soon(() -> assertThat(a.leaders()).startsWith("one", "two", "one"));
    }

    @Test
    void anotherLeaderGoesOnWhereTheFirstOneDied() {
        List<Sku> skus = IntStream.range(0, 200).mapToObj(i -> new Sku("s" + i)).toList();
        skus.forEach(sku -> books.addSku(sku, 1, 10));
        ScriptedNode a = node("a");
        ScriptedNode b = node("b");
        Leader one = leading("one", a, b);
        soon(() -> assertThat(a.partitions()).isNotEmpty());
        one.close();

        Leader two = leading("two", b);
        soon(() -> {
            assertThat(b.partitions()).hasSize(200);
            assertThat(skus)
                    .allSatisfy(sku ->
                            assertThat(b.remaining(new PartitionId(sku, 0))).isEqualTo(10));
        });
        two.setLeading(false);
        soon(() -> assertThat(b.hasLeader()).isFalse());
        assertThat(books.number("select sum(inventory) from sku")).isZero();
    }

    /** Long enough for a test to let nodes come back one by one. */
    private static final Duration LONG_GRACE = Patience.of(Duration.ofSeconds(10));

    /** Three nodes with ten partitions each. */
    private List<ScriptedNode> threeNodesWithTenEach() {
        IntStream.range(0, 30).forEach(i -> books.addSku(new Sku("s" + i), 1, 10));
        List<ScriptedNode> three = List.of(node("a-1"), node("b-1"), node("c-1"));
        leading("one", three.toArray(ScriptedNode[]::new));
        soon(() -> assertThat(three)
                .allSatisfy(node -> assertThat(node.partitions()).hasSize(10)));
        return three;
    }

    /** What it would give to others is given by then: a new SKU comes last. */
    private void untilItGivesPartitionsTo(ScriptedNode node, Leader leader) {
        Sku late = new Sku("late");
        books.addSku(late, 1, 5);
        leader.onStockChanged(Set.of(late));
        soon(() -> assertThat(node.remaining(new PartitionId(late, 0))).isEqualTo(5));
    }

    private void assertEachKeptItsOwn(List<ScriptedNode> three, Leader leader) {
        soon(() -> assertThat(leader.look().join().nodes()).hasSize(3).allMatch(LeaderLook.NodeLook::ready));
        assertThat(books.number("select max(epoch) from `partition`")).isEqualTo(1);
        assertThat(three.stream().map(node -> node.partitions().size())).containsExactly(11, 10, 10);
    }

    @Test
    void aLeaderThatBeginsWhileNodesComeBackOneByOneLeavesEachItsOwn() {
        List<ScriptedNode> three = threeNodesWithTenEach();
        leaders.get(0).close();
        Leader two = leader("two", settings(LONG_GRACE));
        two.setNodes(entries(three.subList(0, 1)));
        two.setLeading(true);
        untilItGivesPartitionsTo(three.get(0), two);

        two.setNodes(entries(three));
        assertEachKeptItsOwn(three, two);
    }

    @Test
    void nodesThatComeBackOneByOneAfterAllWereAwayKeepTheirOwn() {
        List<ScriptedNode> three = threeNodesWithTenEach();
        leaders.get(0).close();
        Leader two = leader("two", settings(LONG_GRACE));
        two.setNodes(entries(three));
        two.setLeading(true);
        soon(() -> assertThat(two.look().join().joining()).isFalse());

        two.setNodes(Map.of());
        two.setNodes(entries(three.subList(0, 1)));
        untilItGivesPartitionsTo(three.get(0), two);
        two.setNodes(entries(three));
        assertEachKeptItsOwn(three, two);
    }

    @Test
    void theOwnerThatDoesNotComeBackIsWaitedForOnlyForAWhile() {
        List<ScriptedNode> three = threeNodesWithTenEach();
        leaders.get(0).close();
        Leader two = leading("two", three.get(0), three.get(1));
        soon(() -> assertThat(books.number("select count(*) from `partition` where node = 'c-1'"))
                .isZero());
        assertThat(two.look().join().joining()).isFalse();
    }

    @Test
    void whoDoesNotLeadAnnouncesNothing() {
        Leader leader = leader("one");
        CompletableFuture<Void> announced = leader.announce(Set.of(SKU));
        assertThat(announced).failsWithin(Patience.of(Duration.ofSeconds(10)));
    }

    /** A row that breaks the rules of the schema, as somebody may have written it who did not heed them. */
    private void addBroken(Sku sku, long inventory, long actual, long received) {
        books.database().transactions().run(session -> {
            try (var statement = session.getConnection().createStatement()) {
                statement.execute("set check_constraint_checks = 0");
                statement.execute("insert into sku (code, slots, inventory, actual, received) values ('" + sku.code()
                        + "', 1, " + inventory + ", " + actual + ", " + received + ")");
                statement.execute("set check_constraint_checks = 1");
            }
        });
    }

    @Test
    void aSkuThatCannotBeLookedAtHoldsUpNoOther() {
        Sku refused = new Sku("refused");
        Sku unreadable = new Sku("unreadable");
        List<Sku> others =
                IntStream.range(0, 20).mapToObj(i -> new Sku("s" + i)).toList();
        others.subList(0, 10).forEach(sku -> books.addSku(sku, 1, 10));
        addBroken(refused, 10, 10, 11);
        addBroken(unreadable, 10, 9, 9);
        others.subList(10, 20).forEach(sku -> books.addSku(sku, 1, 10));
        ScriptedNode a = node("a");
        Leader leader = leading("one", a);

        soon(() -> assertThat(others)
                .allSatisfy(
                        sku -> assertThat(a.remaining(new PartitionId(sku, 0))).isEqualTo(10)));
        soon(() -> assertThat(leader.look().join().failing()).containsOnlyKeys(refused, unreadable));
        assertThat(leader.look().join().failing().get(unreadable)).contains("actual 9 inventory 10");
        // Found by a sweep alone.
        Sku late = new Sku("late");
        books.addSku(late, 1, 5);
        soon(() -> assertThat(a.remaining(new PartitionId(late, 0))).isEqualTo(5));

        books.update("update sku set received = 10, actual = 10 where code in ('refused', 'unreadable')");
        soon(() -> {
            assertThat(a.remaining(new PartitionId(refused, 0))).isEqualTo(10);
            assertThat(a.remaining(new PartitionId(unreadable, 0))).isEqualTo(10);
        });
        soon(() -> assertThat(leader.look().join().failing()).isEmpty());
    }

    @Test
    void partitionsWaitForTheFirstNode() {
        books.addSku(SKU, 2, 10);
        Leader leader = leading("one");
        ScriptedNode a = node("a");
        soon(() -> assertPublished(SKU, SkuState.SELLING, 2));
        leader.setNodes(entries(List.of(a)));
        soon(() -> assertThat(a.remaining(SLOT_0) + a.remaining(SLOT_1)).isEqualTo(10));
    }

    // ---- Levelling

    private double counted(String kind) {
        return meters.get("granary.leader.assignments")
                .tag("kind", kind)
                .counter()
                .count();
    }

    private void untilItHasSwept(int times) {
        long before = meters.get("granary.leader.sweep").timer().count();
        soon(() ->
                assertThat(meters.get("granary.leader.sweep").timer().count()).isGreaterThanOrEqualTo(before + times));
    }

    private static void assertOwn(int each, ScriptedNode... nodes) {
        soon(() -> assertThat(List.of(nodes))
                .allSatisfy(node -> assertThat(
                                node.partitions().stream().filter(one -> node.state(one) == State.SERVING))
                        .hasSize(each)));
    }

    @Test
    void aNewNodeGetsItsShareStepByStepAndThenNothingMoves() {
        IntStream.range(0, 30).forEach(i -> books.addSku(new Sku("s" + i), 1, 10));
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        ScriptedNode c = node("c-1");
        Leader leader = leader("one", settings(Duration.ofSeconds(2), true));
        leader.setNodes(entries(List.of(a, b)));
        leader.setLeading(true);
        assertOwn(15, a, b);

        leader.setNodes(entries(List.of(a, b, c)));
        assertOwn(10, a, b, c);
        untilItHasSwept(3);
        assertThat(counted("level")).isEqualTo(10);
        assertThat(counted("takeover")).isZero();
        assertThat(books.number("select sum(epoch) from `partition`")).isEqualTo(30 + 10);
        assertThat(meters.get("granary.leader.partitions.spread").gauge().value())
                .isZero();
    }

    @Test
    void aNodeThatWasDrainedGetsItsShareAgain() {
        IntStream.range(0, 20).forEach(i -> books.addSku(new Sku("s" + i), 1, 10));
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        Leader leader = leader("one", settings(Duration.ofSeconds(2), true));
        leader.setNodes(entries(List.of(a, b)));
        leader.setLeading(true);
        assertOwn(10, a, b);
        intentions().apply(Wish.drain("a"), leader.look().join().live(), Operator.named("ann"));
        leader.onDrains();
        assertOwn(20, b);

        intentions().undrain("a", Operator.named("ann"));
        leader.onDrains();
        assertOwn(10, a, b);
    }

    @Test
    void partitionsOfASkuAreSpreadWhenAnOperatorWantsIt() {
        books.addSku(SKU, 4, 40_000);
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        Leader leader = leading("one", a);
        assertOwn(4, a);
        leader.setNodes(entries(List.of(a, b)));
        soon(() -> assertThat(leader.look().join().nodes()).hasSize(2).allMatch(LeaderLook.NodeLook::ready));
        untilItHasSwept(2);
        assertOwn(4, a);

        long id = rebalance(leader, RebalanceKind.LEVEL, SKU, null);
        soon(() -> assertThat(state(id)).isEqualTo("DONE"));
        assertOwn(2, a, b);
        assertThat(intentions().rebalance(id).reason())
                .isEqualTo("its 4 partitions are spread over the 2 nodes that can have any");
        assertThat(counted("level")).isEqualTo(2);
        assertThat(leader.spread(new SqlAllocationStore(books.database(), IdWindow.DEFAULT)
                                .load(List.of(SKU))
                                .get(0))
                        .join())
                .isEmpty();
    }

    // ---- What operators want

    private SqlIntentions intentions() {
        return new SqlIntentions(books.database());
    }

    private long rebalance(Leader leader, RebalanceKind kind, Sku sku, Integer slots) {
        long id = intentions()
                .apply(
                        new Wish(
                                kind,
                                sku,
                                null,
                                kind == RebalanceKind.SLOTS ? slots : null,
                                kind == RebalanceKind.GATHER ? slots : null),
                        LiveNodes.UNSEEN,
                        Operator.named("ann"));
        leader.onIntentions(Set.of(sku));
        return id;
    }

    private String state(long rebalance) {
        return intentions().rebalance(rebalance).state().name();
    }

    /** Two nodes with a slot each, that have 15,000 units each; 30,000 are in the inventory. */
    private Leader twoOpenSlots() {
        books.addSku(SKU, 2, 60_000);
        Leader leader = leading("one", node("a-1"), node("b-1"));
        // The books know of a grant before the node does.
        soon(() -> {
            assertThat(remaining(SLOT_0)).isEqualTo(15_000);
            assertThat(remaining(SLOT_1)).isEqualTo(15_000);
        });
        return leader;
    }

    /** Two nodes with a slot each, that have 10,000 and 15,000 units, and no inventory. */
    private Leader twoSlots() {
        Leader leader = twoOpenSlots();
        books.update("update sku set inventory = 0, actual = actual - 30000, received = received - 30000");
        owner(SLOT_0).sell(SLOT_0, 5_000);
        settle(leader, SLOT_0);
        // What is planned next is planned with what the leader has heard.
        soon(() -> assertThat(leader.lookAt(SKU)
                        .orTimeout(Patience.seconds(10), TimeUnit.SECONDS)
                        .join()
                        .get(0))
                .isNotNull()
                .extracting(PartitionLook::remaining)
                .isEqualTo(10_000L));
        return leader;
    }

    /** What its owner has of it; 0 if it has none. */
    private long remaining(PartitionId partition) {
        return nodes.values().stream()
                .filter(node -> node.partitions().contains(partition) && node.state(partition) != State.CLOSED)
                .mapToLong(node -> node.remaining(partition))
                .max()
                .orElse(0);
    }

    @Test
    void aRebalanceIsPlannedCarriedOutAndNotedDown() {
        Leader leader = twoSlots();
        long id = rebalance(leader, RebalanceKind.EVEN, SKU, null);
        soon(() -> {
            settle(leader, SLOT_0, SLOT_1);
            assertThat(state(id)).isEqualTo("DONE");
        });
        soon(() -> {
            assertThat(remaining(SLOT_0)).isEqualTo(12_500);
            assertThat(remaining(SLOT_1)).isEqualTo(12_500);
        });
        assertThat(intentions().moves(id)).singleElement().satisfies(move -> {
            assertThat(move.units()).isEqualTo(2_500);
            assertThat(move.moved()).isEqualTo(2_500);
            assertThat(move.why()).isEqualTo("slot 1 has 15000 units, its even share is 12500");
        });
        assertThat(intentions().rebalance(id).who()).isEqualTo("ann");
        assertThat(books.number("select units from allocation where reason = 'REBALANCE'"))
                .isEqualTo(2_500);
    }

    @Test
    void anotherLeaderGoesOnWithARebalanceWhereTheFirstOneDied() {
        Leader one = twoSlots();
        long id = rebalance(one, RebalanceKind.GATHER, SKU, 0);
        soon(() -> assertThat(owner(SLOT_1).figures(SLOT_1).get(3)).isEqualTo(15_000));
        one.close();
        assertThat(state(id)).isEqualTo("RUNNING");
        settle(one, SLOT_1);
        assertThat(books.figures(SKU).inventory()).isEqualTo(15_000);

        Leader two = leading("two", node("a-1"), node("b-1"));
        soon(() -> {
            settle(two, SLOT_0, SLOT_1);
            assertThat(state(id)).isEqualTo("DONE");
        });
        soon(() -> assertThat(remaining(SLOT_0)).isEqualTo(25_000));
        assertThat(remaining(SLOT_1)).isZero();
        assertThat(books.number("select sum(units) from allocation where reason = 'REBALANCE'"))
                .isEqualTo(15_000);
    }

    @Test
    void whatGoesHomeStaysThereUntilTheSkuIsUnfrozen() {
        Leader leader = twoSlots();
        long id = rebalance(leader, RebalanceKind.HOME, SKU, null);
        soon(() -> {
            settle(leader, SLOT_0, SLOT_1);
            assertThat(state(id)).isEqualTo("DONE");
        });
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(25_000, 0, 25_000, 30_000, 5_000, 0));
        rebalance(leader, RebalanceKind.UNFREEZE, SKU, null);
        soon(() -> assertThat(remaining(SLOT_0)).isPositive());
    }

    @Test
    void aFrozenSkuKeepsItsUnitsWhereTheyAre() {
        Leader leader = twoOpenSlots();
        rebalance(leader, RebalanceKind.FREEZE, SKU, null);
        owner(SLOT_0).sell(SLOT_0, 15_000);
        settle(leader, SLOT_0);
        // Another SKU is served meanwhile, and so would this one have been.
        Sku other = new Sku("other");
        books.addSku(other, 1, 5);
        leader.onStockChanged(Set.of(other, SKU));
        soon(() -> assertThat(remaining(new PartitionId(other, 0))).isEqualTo(5));
        assertThat(books.figures(SKU).inventory()).isEqualTo(30_000);

        rebalance(leader, RebalanceKind.UNFREEZE, SKU, null);
        soon(() -> assertThat(remaining(SLOT_0)).isPositive());
    }

    @Test
    void aDrainedNodeLosesItsPartitionsAndGetsNoOthersUntilItIsUndrained() {
        List<Sku> skus = IntStream.range(0, 40).mapToObj(i -> new Sku("s" + i)).toList();
        skus.forEach(sku -> books.addSku(sku, 1, 10));
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        Leader leader = leading("one", a, b);
        soon(() -> {
            assertThat(a.partitions()).hasSize(20);
            assertThat(b.partitions()).hasSize(20);
        });
        List<PartitionId> moved = a.partitions();
        long id = intentions().apply(Wish.drain("a"), leader.look().join().live(), Operator.named("ann"));
        assertThat(intentions().rebalance(id).partitions()).isEqualTo(20);
        leader.onDrains();
        soon(() -> assertThat(state(id)).isEqualTo("DONE"));
        soon(() -> assertThat(b.partitions()).hasSize(40));
        // It is told, though it had nothing to say that would have shown it.
        soon(() -> assertThat(moved)
                .allSatisfy(partition -> assertThat(a.state(partition)).isEqualTo(State.CLOSED)));
        assertThat(moved)
                .allSatisfy(partition -> assertThat(b.figures(partition).get(0)).isEqualTo(2));

        Sku late = new Sku("late");
        books.addSku(late, 2, 5_000);
        leader.onStockChanged(Set.of(late));
        soon(() -> assertThat(b.partitions()).contains(new PartitionId(late, 0), new PartitionId(late, 1)));

        intentions().undrain("a", Operator.named("ann"));
        leader.onDrains();
        Sku later = new Sku("later");
        books.addSku(later, 1, 5);
        leader.onStockChanged(Set.of(later));
        soon(() -> assertThat(a.remaining(new PartitionId(later, 0))).isEqualTo(5));
    }

    @Test
    void slotsAreAddedAndRemovedWhileTheSkuSells() {
        Leader leader = twoSlots();
        PartitionId added = new PartitionId(SKU, 2);
        long more = rebalance(leader, RebalanceKind.SLOTS, SKU, 3);
        soon(() -> {
            settle(leader, SLOT_0, SLOT_1);
            assertThat(state(more)).isEqualTo("DONE");
        });
        assertPublished(SKU, SkuState.SELLING, 3);
        soon(() -> assertThat(remaining(added)).isEqualTo(8_333));

        long fewer = rebalance(leader, RebalanceKind.SLOTS, SKU, 1);
        soon(() -> {
            settle(leader, SLOT_0, SLOT_1, added);
            assertThat(state(fewer)).isEqualTo("DONE");
        });
        soon(() -> assertThat(remaining(SLOT_0)).isEqualTo(25_000));
        // They stay open, for only they can answer for what they sold; and clients are told of them.
        assertThat(owner(added).state(added)).isEqualTo(State.EXHAUSTED);
        assertPublished(SKU, SkuState.SELLING, 3);
        restock(SKU, 1_000);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> assertThat(remaining(SLOT_0)).isEqualTo(26_000));
    }

    @Test
    void thePlanOfASkuIsKept() {
        books.addSku(SKU, 2, 0);
        intentions().plan(SKU, new SkuPlan(500L, null, 300L, 600L, null), Operator.named("ann"));
        Leader leader = leading("one", node("a-1"), node("b-1"));
        restock(SKU, 60_000);
        leader.onStockChanged(Set.of(SKU));
        soon(() -> {
            assertThat(remaining(SLOT_0)).isGreaterThanOrEqualTo(250);
            assertThat(remaining(SLOT_1)).isGreaterThanOrEqualTo(250);
            assertThat(owner(SLOT_0).lowWatermark(SLOT_0)).isEqualTo(300);
        });
        assertThat(books.figures(SKU).pool()).isLessThanOrEqualTo(600);
        assertThat(books.numbers("select units from allocation where reason = 'FIRST'"))
                .containsExactly(250L, 250L);
        owner(SLOT_0).refuse(SLOT_0, 5_000);
        soon(() -> assertThat(remaining(SLOT_0)).isGreaterThanOrEqualTo(5_000));
    }
}
