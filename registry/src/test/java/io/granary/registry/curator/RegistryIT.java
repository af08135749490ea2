// SPDX-License-Identifier: Apache-2.0
package io.granary.registry.curator;

import static io.granary.backing.Patience.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.granary.backing.Patience;
import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.NotLeadingException;
import io.granary.registry.RegistryUnavailableException;
import io.granary.registry.SkuEntry;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import io.granary.registry.curator.ZooKeeperFixture.Heard;
import io.granary.registry.curator.ZooKeeperFixture.Party;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The three roles on a real ZooKeeper, which is killed, and whose sessions are. */
class RegistryIT {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryIT.class);
    private static final Sku SKU = new Sku("hot/1.0");
    private static final SkuEntry SELLING = new SkuEntry(SkuState.SELLING, 4);
    private static final Duration PATIENCE = Patience.of(Duration.ofSeconds(30));

    @TempDir
    static Path directory;

    private static ZooKeeperFixture zooKeeper;

    private final List<Party> parties = new ArrayList<>();
    private String root;

    @BeforeAll
    static void startServer() {
        zooKeeper = new ZooKeeperFixture(directory);
    }

    @AfterAll
    static void stopServer() {
        zooKeeper.close();
    }

    @BeforeEach
    void begin(TestInfo test) {
        if (!zooKeeper.server.isAlive()) {
            zooKeeper.server.start();
        }
        root = "/it/" + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void closeParties() {
        parties.forEach(Party::close);
    }

    private Party party() {
        Party party = zooKeeper.party(root);
        parties.add(party);
        return party;
    }

    private static PartitionId slot(int slot) {
        return new PartitionId(SKU, slot);
    }

    private static NodeEntry node(String incarnation) {
        return new NodeEntry(incarnation, incarnation + ":1", NodeEntry.NO_LANE);
    }

    private void publish(Sku sku, SkuEntry entry) throws Exception {
        try (Party allocator = zooKeeper.party(root)) {
            CuratorCluster cluster = allocator.cluster();
            await().atMost(PATIENCE)
                    .until(() -> cluster.publish(Map.of(sku, entry))
                            .handle((nothing, fault) -> fault == null)
                            .get(Patience.seconds(10), SECONDS));
        }
    }

    @Test
    void aNodeIsSeenWithItsPartitions() throws Exception {
        publish(SKU, SELLING);
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);

        CuratorNodeRegistration registration = party().registration();
        registration.register(slot(2), 7);
        registration.publish(node("n.1"));
        registration.register(slot(0), 1);

        await().until(() -> heard.partitions(SKU), List.of("0.1.n.1", "2.7.n.1")::equals);
        assertThat(heard.skus.get(SKU).orElseThrow().slots()).isEqualTo(4);
        await().until(() -> heard.nodes.get("n.1"), node("n.1")::equals);

        NodeEntry withLane = new NodeEntry("n.1", "n.1:1", 3);
        registration.publish(withLane);
        registration.deregister(slot(2), 7);
        registration.deregister(slot(1), 1);
        await().until(() -> heard.partitions(SKU), List.of("0.1.n.1")::equals);
        await().until(() -> heard.nodes.get("n.1"), withLane::equals);

        registration.close();
        await().until(() -> heard.partitions(SKU).isEmpty() && heard.nodes.isEmpty());
    }

    /** Many enough that what the session owns exceeds the 1 MiB that ZooKeeper's client takes by default. */
    @Test
    void tensOfThousandsAreRegisteredInSeconds() throws Exception {
        int skus = 10_000;
        int followed = 2_000;
        int slots = 4;
        Map<Sku, SkuEntry> all = new LinkedHashMap<>();
        for (int i = 0; i < skus; i++) {
            all.put(new Sku("sku-" + i), SELLING);
        }
        Party allocator = party();
        CuratorCluster cluster = allocator.cluster();
        allocator.client.blockUntilConnected();
        long start = System.nanoTime();
        cluster.publish(all).get(Patience.seconds(60), SECONDS);
        report("SKUs published", skus, start);
        assertThat(cluster.skus().get(Patience.seconds(10), SECONDS)).hasSize(skus);

        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        List<Sku> some = all.keySet().stream().limit(followed).toList();
        start = System.nanoTime();
        some.forEach(routes::follow);
        await().atMost(PATIENCE).until(() -> heard.skus.size() == followed);
        report("SKUs followed", followed, start);

        Party nodeParty = party();
        CuratorNodeRegistration registration = nodeParty.registration();
        registration.publish(node("n"));
        await().until(() -> heard.nodes.containsKey("n"));
        start = System.nanoTime();
        for (Sku sku : all.keySet()) {
            for (int slot = 0; slot < slots; slot++) {
                registration.register(new PartitionId(sku, slot), 1);
            }
        }
        awaitEphemerals(nodeParty, skus * slots + 1);
        report("partitions registered", skus * slots, start);
        await().atMost(PATIENCE)
                .until(() -> some.stream().allMatch(sku -> heard.partitions(sku).size() == slots));

        start = System.nanoTime();
        nodeParty.expire();
        awaitEphemerals(nodeParty, skus * slots + 1);
        report("partitions registered again after the session expired", skus * slots, start);

        start = System.nanoTime();
        for (Sku sku : all.keySet()) {
            for (int slot = 0; slot < slots; slot++) {
                registration.deregister(new PartitionId(sku, slot), 1);
            }
        }
        awaitEphemerals(nodeParty, 1);
        report("partitions deregistered", skus * slots, start);
        await().atMost(PATIENCE)
                .until(() -> some.stream().allMatch(sku -> heard.partitions(sku).isEmpty()));
    }

    /** Asks seldom, as the answer is large. */
    private void awaitEphemerals(Party party, int count) {
        await().atMost(Patience.of(Duration.ofSeconds(60)))
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(() -> party.handle().getEphemerals(root).size() == count);
    }

    private static void report(String what, int count, long startNanos) {
        long millis = Math.max(1, (System.nanoTime() - startNanos) / 1_000_000);
        LOG.info("{}: {} in {} ms, {}/s", what, count, millis, count * 1_000L / millis);
    }

    @Test
    void theHighestEpochOfASlotWins() throws Exception {
        publish(SKU, SELLING);
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        CuratorNodeRegistration old = party().registration();
        old.publish(node("old"));
        old.register(slot(1), 9);
        CuratorNodeRegistration successor = party().registration();
        successor.publish(node("new"));
        successor.register(slot(1), 10);

        await().until(() -> heard.partitions(SKU), List.of("1.10.new")::equals);

        old.register(slot(1), 8);
        successor.deregister(slot(1), 10);
        await().until(() -> heard.partitions(SKU), List.of("1.9.old")::equals);
    }

    @Test
    void anExpiredSessionIsReplacedAndEverythingPublishedAgain() throws Exception {
        publish(SKU, SELLING);
        Party party = party();
        CuratorNodeRegistration registration = party.registration();
        registration.publish(node("n"));
        for (int slot = 0; slot < 4; slot++) {
            registration.register(slot(slot), 1);
        }
        await().until(() -> party.children(party.paths.partitions(SKU)).size() == 4);

        for (int round = 0; round < 3; round++) {
            long before = party.handle().getSessionId();
            party.expire();
            registration.deregister(slot(0), 1 + round);
            registration.register(slot(0), 2 + round);
            List<String> expected = List.of("0." + (2 + round) + ".n", "1.1.n", "2.1.n", "3.1.n");
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                assertThat(party.children(party.paths.partitions(SKU))).containsExactlyInAnyOrderElementsOf(expected);
                assertThat(party.handle().getSessionId()).isNotEqualTo(before);
                assertThat(party.owner(party.paths.node("n")))
                        .isEqualTo(party.handle().getSessionId());
                for (String name : expected) {
                    assertThat(party.owner(party.paths.partitions(SKU) + '/' + name))
                            .isEqualTo(party.handle().getSessionId());
                }
            });
        }
    }

    @Test
    void anEntryOfAnOlderSessionIsReplacedBeforeThatSessionEnds() throws Exception {
        Party older = party();
        String path = older.paths.partition(slot(0), 3, "n", false);
        older.client
                .create()
                .creatingParentsIfNeeded()
                .withMode(CreateMode.EPHEMERAL)
                .forPath(path, new byte[0]);
        older.client
                .create()
                .creatingParentsIfNeeded()
                .withMode(CreateMode.EPHEMERAL)
                .forPath(older.paths.node("n"));

        Party party = party();
        CuratorNodeRegistration registration = party.registration();
        registration.publish(node("n"));
        registration.register(slot(0), 3);
        await().untilAsserted(() -> {
            assertThat(party.owner(path)).isEqualTo(party.handle().getSessionId());
            assertThat(party.owner(party.paths.node("n")))
                    .isEqualTo(party.handle().getSessionId());
        });

        older.client.close();
        assertThat(party.owner(path)).isEqualTo(party.handle().getSessionId());
    }

    @Test
    void aSkuThatNobodyHasPublishedIsUnknownUntilSomebodyDoes() throws Exception {
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        await().until(() -> heard.skus.containsKey(SKU));
        assertThat(heard.skus.get(SKU)).isEmpty();
        assertThat(routes.refresh(SKU).get(Patience.seconds(10), SECONDS)).isEmpty();

        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        registration.register(slot(3), 1);
        Party observer = party();
        await().until(() -> observer.children(observer.paths.partitions(SKU)).size() == 1);
        assertThat(routes.refresh(SKU).get(Patience.seconds(10), SECONDS)).isEmpty();

        publish(SKU, SELLING);
        await().until(() -> heard.partitions(SKU), List.of("3.1.n")::equals);
    }

    @Test
    void dataThatAreNotASkusKeepTheLastView() throws Exception {
        publish(SKU, SELLING);
        Party party = party();
        CuratorRoutes routes = party.routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        await().until(() -> heard.skus.containsKey(SKU));

        party.client.setData().forPath(party.paths.sku(SKU), new byte[] {'?'});
        assertThatThrownBy(() -> routes.refresh(SKU).get(Patience.seconds(10), SECONDS))
                .hasCauseInstanceOf(RegistryUnavailableException.class);
        assertThat(heard.skus.get(SKU)).isPresent();

        publish(SKU, new SkuEntry(SkuState.PAUSED, 4));
        await().until(() -> heard.skus.get(SKU).orElseThrow().state() == SkuState.PAUSED);
    }

    @Test
    void aRefreshSeesWhatWasWrittenBeforeIt() throws Exception {
        CuratorCluster cluster = party().cluster();
        Party client = party();
        CuratorRoutes routes = client.routes();
        client.client.blockUntilConnected();
        publish(SKU, SELLING);
        for (int i = 1; i <= 200; i++) {
            SkuEntry entry = new SkuEntry(i % 2 == 0 ? SkuState.SELLING : SkuState.SOLD_OUT, i);
            cluster.publish(Map.of(SKU, entry)).get(Patience.seconds(10), SECONDS);
            SkuView view =
                    routes.refresh(SKU).get(Patience.seconds(10), SECONDS).orElseThrow();
            assertThat(new SkuEntry(view.state(), view.slots())).isEqualTo(entry);
        }
    }

    @Test
    void refreshesAtTheSameTimeShareReads() throws Exception {
        publish(SKU, SELLING);
        Party client = party();
        CuratorRoutes routes = client.routes();
        routes.follow(SKU);
        client.client.blockUntilConnected();
        await().until(() ->
                routes.refresh(SKU).handle((view, fault) -> fault == null).get(Patience.seconds(10), SECONDS));
        long before = client.handle().exists("/", false).getCversion();
        long start = System.nanoTime();
        int calls = 100_000;
        List<CompletableFuture<Optional<SkuView>>> all = new ArrayList<>(calls);
        for (int i = 0; i < calls; i++) {
            all.add(routes.refresh(SKU));
        }
        for (CompletableFuture<Optional<SkuView>> refresh : all) {
            assertThat(refresh.get(Patience.seconds(30), SECONDS)).isPresent();
        }
        report("refreshes", calls, start);
        assertThat(client.handle().exists("/", false).getCversion()).isEqualTo((int) before);
    }

    @Test
    void aForgottenSkuIsSilentAndMayBeFollowedAgain() throws Exception {
        publish(SKU, SELLING);
        Party client = party();
        CuratorRoutes routes = client.routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        await().until(() -> heard.skus.containsKey(SKU));
        routes.forget(SKU);
        assertThat(routes.refresh(SKU).get(Patience.seconds(10), SECONDS)).isPresent();
        heard.skus.clear();
        publish(SKU, new SkuEntry(SkuState.PAUSED, 4));
        assertThat(routes.refresh(SKU)
                        .get(Patience.seconds(10), SECONDS)
                        .orElseThrow()
                        .state())
                .isEqualTo(SkuState.PAUSED);
        assertThat(heard.skus).isEmpty();

        routes.follow(SKU);
        routes.forget(SKU);
        routes.follow(SKU);
        routes.follow(SKU);
        await().until(() -> heard.skus.containsKey(SKU));
        publish(SKU, SELLING);
        await().until(() -> heard.skus.get(SKU).orElseThrow().state() == SkuState.SELLING);
    }

    @Test
    void aRestartKeepsViewsAndRegistrations() throws Exception {
        publish(SKU, SELLING);
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        Party nodeParty = party();
        CuratorNodeRegistration registration = nodeParty.registration();
        registration.publish(node("n"));
        registration.register(slot(0), 1);
        registration.register(slot(1), 1);
        await().until(() -> heard.partitions(SKU).size() == 2 && heard.nodes.size() == 1);
        int told = heard.views.size();

        zooKeeper.server.kill();
        await().atMost(PATIENCE)
                .until(() -> routes.refresh(SKU)
                        .handle((view, fault) -> fault instanceof RegistryUnavailableException)
                        .get(Patience.seconds(10), SECONDS));
        registration.deregister(slot(1), 1);
        registration.register(slot(2), 1);
        assertThat(heard.partitions(SKU)).containsExactly("0.1.n", "1.1.n");
        assertThat(heard.nodes).hasSize(1);
        assertThat(heard.views).hasSize(told);
        zooKeeper.server.start();

        await().atMost(PATIENCE).until(() -> heard.partitions(SKU), List.of("0.1.n", "2.1.n")::equals);
        await().atMost(PATIENCE).until(() -> heard.nodes.size() == 1);
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() ->
                        routes.refresh(SKU).get(Patience.seconds(10), SECONDS).isPresent());
        publish(SKU, new SkuEntry(SkuState.PAUSED, 4));
        await().until(() -> heard.skus.get(SKU).orElseThrow().state() == SkuState.PAUSED);
    }

    @Test
    void aServerKilledUnderLoadLosesNothing() throws Exception {
        publish(SKU, new SkuEntry(SkuState.SELLING, PartitionId.MAX_SLOTS));
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        for (int epoch = 1; epoch <= 20; epoch++) {
            for (int slot = 0; slot < PartitionId.MAX_SLOTS; slot++) {
                registration.register(slot(slot), epoch);
                registration.deregister(slot(slot), epoch - 1);
            }
            if (epoch % 10 == 0) {
                int reached = epoch - 9;
                await().atMost(PATIENCE)
                        .until(() -> heard.skus.containsKey(SKU)
                                && heard.skus.get(SKU).orElseThrow().partitions().stream()
                                        .anyMatch(partition -> partition.epoch() >= reached));
                zooKeeper.server.kill();
                zooKeeper.server.start();
            }
        }
        await().atMost(PATIENCE).until(() -> {
            List<String> partitions = heard.partitions(SKU);
            return partitions.size() == PartitionId.MAX_SLOTS
                    && partitions.stream().allMatch(name -> name.endsWith(".20.n"));
        });
        Party observer = party();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> observer.children(observer.paths.partitions(SKU)).size() == PartitionId.MAX_SLOTS);
    }

    @Test
    void anExpiredClientFollowsOn() throws Exception {
        publish(SKU, SELLING);
        Party client = party();
        CuratorRoutes routes = client.routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        await().until(() -> heard.skus.containsKey(SKU) && heard.nodes.size() == 1);

        client.expire();
        registration.register(slot(0), 1);
        registration.publish(new NodeEntry("n", "n:2", 5));
        await().atMost(PATIENCE).until(() -> heard.partitions(SKU), List.of("0.1.n")::equals);
        await().atMost(PATIENCE).until(() -> heard.nodes.get("n").lane() == 5);
        registration.register(slot(1), 1);
        await().until(() -> heard.partitions(SKU).size() == 2);
    }

    private static final class Allocator implements Cluster.Listener {
        final CuratorCluster cluster;
        final Map<String, NodeEntry> nodes = new ConcurrentHashMap<>();
        final List<String> elections = new CopyOnWriteArrayList<>();
        volatile List<String> allocators = List.of();
        volatile boolean leading;
        volatile boolean inReach;
        volatile Optional<AllocatorEntry> leader = Optional.empty();

        Allocator(CuratorCluster cluster, String name) {
            this.cluster = cluster;
            cluster.join(name, name + ":1", this);
        }

        @Override
        public void onNodes(Map<String, NodeEntry> nodesByIncarnation) {
            nodes.keySet().retainAll(nodesByIncarnation.keySet());
            nodes.putAll(nodesByIncarnation);
        }

        @Override
        public void onAllocators(List<AllocatorEntry> all) {
            assertThat(all).allSatisfy(one -> assertThat(one.address()).isEqualTo(one.name() + ":1"));
            allocators = all.stream().map(AllocatorEntry::name).toList();
        }

        @Override
        public void onLeader(Optional<AllocatorEntry> named) {
            leader = named;
        }

        @Override
        public void onLeading() {
            leading = true;
            elections.add("leading");
        }

        @Override
        public void onFollowing() {
            leading = false;
            elections.add("following");
        }

        @Override
        public void onReach(boolean reached) {
            inReach = reached;
        }
    }

    @Test
    void allocatorsSeeEachOtherAndTheNodes() throws Exception {
        Allocator a = new Allocator(party().cluster(), "a");
        Allocator b = new Allocator(party().cluster(), "b.2");
        await().until(() -> a.allocators.equals(List.of("a", "b.2")) && b.allocators.equals(a.allocators));

        Party nodeParty = party();
        CuratorNodeRegistration registration = nodeParty.registration();
        registration.publish(node("n"));
        await().until(() -> a.nodes.equals(Map.of("n", node("n"))) && b.nodes.equals(a.nodes));

        b.cluster.close();
        await().until(() -> a.allocators.equals(List.of("a")));
        nodeParty.client.close();
        await().until(a.nodes::isEmpty);
    }

    @Test
    void whenTheLeaderLeavesAnotherLeads() throws Exception {
        Allocator a = new Allocator(party().cluster(), "a");
        await().until(() -> a.leading);
        Allocator b = new Allocator(party().cluster(), "b");
        await().until(() -> b.allocators.size() == 2);
        assertThat(b.leading).isFalse();
        Optional<AllocatorEntry> first = Optional.of(new AllocatorEntry("a", "a:1"));
        await().until(() -> a.leader.equals(first) && b.leader.equals(first));
        assertThatThrownBy(() -> b.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NotLeadingException.class);
        a.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS);

        long start = System.nanoTime();
        a.cluster.close();
        await().pollInterval(Duration.ofMillis(5)).until(() -> b.leading);
        report("change of leader", 1, start);
        await().until(() -> b.leader.equals(Optional.of(new AllocatorEntry("b", "b:1"))));
        assertThat(b.cluster.skus().get(Patience.seconds(10), SECONDS)).containsExactly(SKU);
        b.cluster.publish(Map.of(SKU, new SkuEntry(SkuState.PAUSED, 4))).get(Patience.seconds(10), SECONDS);
    }

    @Test
    void anExpiredLeaderPublishesNoMoreAndJoinsAgain() throws Exception {
        Party first = party();
        Allocator a = new Allocator(first.cluster(), "a");
        await().until(() -> a.leading);
        Allocator b = new Allocator(party().cluster(), "b");
        await().until(() -> b.allocators.size() == 2);

        first.expire();
        await().atMost(PATIENCE).until(() -> b.leading && !a.leading);
        assertThat(a.elections).containsExactly("leading", "following");
        assertThatThrownBy(() -> a.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS))
                .hasCauseInstanceOf(RuntimeException.class);
        await().atMost(PATIENCE).until(() -> b.allocators.equals(List.of("a", "b")));
        b.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS);

        b.cluster.close();
        await().atMost(PATIENCE).until(() -> a.leading);
    }

    /** Grants need the database and the links to the nodes: only another leader ends a term. */
    @Test
    void aLeaderGoesOnWhileTheServerIsAway() throws Exception {
        Party first = party();
        Set<ConnectionState> states = ConcurrentHashMap.newKeySet();
        first.client.getConnectionStateListenable().addListener((client, state) -> states.add(state));
        Allocator a = new Allocator(first.cluster(), "a");
        await().until(() -> a.leading && a.inReach);
        Allocator b = new Allocator(party().cluster(), "b");
        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        await().until(() -> b.inReach && a.allocators.size() == 2 && a.nodes.size() == 1);

        zooKeeper.server.pause();
        try {
            // For longer than a session lasts.
            await().atMost(PATIENCE).until(() -> states.contains(ConnectionState.LOST) && !b.inReach);
            assertThat(a.inReach).isFalse();
            assertThat(a.elections).containsExactly("leading");
            assertThat(b.elections).isEmpty();
            assertThat(a.allocators).containsExactly("a", "b");
            assertThat(a.nodes).containsOnlyKeys("n");
            assertThatThrownBy(() -> a.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS))
                    .hasCauseInstanceOf(RegistryUnavailableException.class);
        } finally {
            zooKeeper.server.resume();
        }
        await().atMost(PATIENCE)
                .until(() -> a.inReach
                        && b.inReach
                        && a.leading != b.leading
                        && a.leader.isPresent()
                        && a.leader.equals(b.leader)
                        && a.leader.orElseThrow().name().equals(a.leading ? "a" : "b"));
        await().atMost(PATIENCE)
                .until(() -> (a.leading ? a : b)
                        .cluster
                        .publish(Map.of(SKU, SELLING))
                        .handle((nothing, fault) -> fault == null)
                        .get(Patience.seconds(10), SECONDS));
    }

    /** What rests on no clock: the leader's node is gone, and it need not know yet. */
    @Test
    void aLeaderWithoutItsNodePublishesNothing() throws Exception {
        Party party = party();
        Allocator a = new Allocator(party.cluster(), "a");
        await().until(() -> a.leading);
        a.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS);
        String latchNode = party.paths.leader()
                + '/'
                + party.children(party.paths.leader()).get(0);
        Allocator b = new Allocator(party().cluster(), "b");
        await().until(() -> party.children(party.paths.leader()).size() == 2);

        party.client.delete().forPath(latchNode);
        assertThatThrownBy(() -> a.cluster
                        .publish(Map.of(SKU, new SkuEntry(SkuState.SOLD_OUT, 4)))
                        .get(Patience.seconds(10), SECONDS))
                .hasCauseInstanceOf(NotLeadingException.class);
        assertThat(new String(party.client.getData().forPath(party.paths.sku(SKU)), StandardCharsets.UTF_8))
                .contains("SELLING");
        await().until(() -> b.leading);
    }

    @Test
    void aPausedServerKeepsViewsAndRegistrations() throws Exception {
        publish(SKU, SELLING);
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        registration.register(slot(0), 1);
        await().until(() -> heard.partitions(SKU).size() == 1 && heard.nodes.size() == 1);

        zooKeeper.server.pause();
        try {
            await().atMost(PATIENCE)
                    .until(() -> routes.refresh(SKU)
                            .handle((view, fault) -> fault instanceof RegistryUnavailableException)
                            .get(Patience.seconds(10), SECONDS));
            registration.register(slot(1), 1);
            assertThat(heard.partitions(SKU)).containsExactly("0.1.n");
        } finally {
            zooKeeper.server.resume();
        }
        await().atMost(PATIENCE).until(() -> heard.partitions(SKU), List.of("0.1.n", "1.1.n")::equals);
        await().atMost(PATIENCE).until(() -> heard.nodes.size() == 1);
    }

    @Test
    void everythingMayStartBeforeTheServer() throws Exception {
        zooKeeper.server.kill();
        CuratorRoutes routes = party().routes();
        Heard heard = new Heard();
        routes.listen(heard);
        routes.follow(SKU);
        CuratorNodeRegistration registration = party().registration();
        registration.publish(node("n"));
        registration.register(slot(0), 1);
        Allocator a = new Allocator(party().cluster(), "a");
        assertThatThrownBy(() -> routes.refresh(SKU).get(Patience.seconds(10), SECONDS))
                .hasCauseInstanceOf(RegistryUnavailableException.class);
        zooKeeper.server.start();

        await().atMost(PATIENCE).until(() -> a.leading && a.nodes.size() == 1);
        a.cluster.publish(Map.of(SKU, SELLING)).get(Patience.seconds(10), SECONDS);
        await().atMost(PATIENCE).until(() -> heard.partitions(SKU), List.of("0.1.n")::equals);
    }

    @Test
    void publicationsTakeEffectInTheirOrder() throws Exception {
        CuratorCluster cluster = party().cluster();
        publish(SKU, SELLING);
        Sku other = new Sku("other");
        await().until(() -> cluster.publish(Map.of(other, SELLING))
                .handle((nothing, fault) -> fault == null)
                .get(Patience.seconds(10), SECONDS));
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 1; i <= 500; i++) {
            all.add(cluster.publish(Map.of(SKU, new SkuEntry(SkuState.SELLING, i))));
            all.add(cluster.publish(Map.of(other, new SkuEntry(SkuState.PAUSED, i))));
        }
        long start = System.nanoTime();
        for (CompletableFuture<Void> publication : all) {
            publication.get(Patience.seconds(30), SECONDS);
        }
        report("publications one by one", all.size(), start);
        CuratorRoutes routes = party().routes();
        await().until(() ->
                routes.refresh(SKU).handle((view, fault) -> fault == null).get(Patience.seconds(10), SECONDS));
        assertThat(routes.refresh(SKU)
                        .get(Patience.seconds(10), SECONDS)
                        .orElseThrow()
                        .slots())
                .isEqualTo(500);
        assertThat(routes.refresh(other)
                        .get(Patience.seconds(10), SECONDS)
                        .orElseThrow()
                        .slots())
                .isEqualTo(500);
    }

    @Test
    void theFactoryOwnsTheSession() throws Exception {
        Party observer = party();
        try (CuratorRegistry registry = CuratorRegistry.start(zooKeeper.settings(root))) {
            assertThat(registry.awaitConnected(PATIENCE)).isTrue();
            registry.nodeRegistration().publish(node("n"));
            registry.nodeRegistration().publish(node("m"));
            Heard heard = new Heard();
            registry.routes().listen(heard);
            await().until(() -> heard.nodes.size() == 2);
            assertThatThrownBy(registry::routes).isInstanceOf(IllegalStateException.class);
            assertThat(registry.cluster().skus().get(Patience.seconds(10), SECONDS))
                    .isEmpty();
        }
        assertThat(observer.children(observer.paths.nodes())).isEmpty();
    }

    @Test
    void entriesThatSomebodyTookAwayComeBackWithTheConnection() throws Exception {
        Party party = party();
        CuratorNodeRegistration registration = party.registration();
        registration.publish(node("n"));
        String path = party.paths.node("n");
        await().ignoreExceptions().until(() -> party.owner(path) > 0);
        Party meddler = party();
        meddler.client.delete().forPath(path);
        meddler.client
                .create()
                .withMode(CreateMode.PERSISTENT)
                .withACL(Ids.OPEN_ACL_UNSAFE)
                .forPath(path);

        zooKeeper.server.restart();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> party.owner(path) == party.handle().getSessionId());
    }
}
