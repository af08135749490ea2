// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.granary.allocator.allocation.Operator;
import io.granary.allocator.allocation.Wish;
import io.granary.allocator.control.ScriptedNode;
import io.granary.allocator.schedule.TaskDefinition;
import io.granary.allocator.schedule.TaskKind;
import io.granary.allocator.schedule.Timing;
import io.granary.allocator.store.Books;
import io.granary.allocator.store.SqlTaskStore;
import io.granary.api.ApiJson;
import io.granary.api.ApiPaths;
import io.granary.api.Health;
import io.granary.backing.BackingServices;
import io.granary.backing.DatabaseAddress;
import io.granary.backing.Patience;
import io.granary.backing.SharedBacking;
import io.granary.backing.ZooKeeperOptions;
import io.granary.backing.ZooKeeperProcess;
import io.granary.config.Configuration;
import io.granary.log.Append;
import io.granary.log.StockLog;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.metrics.ProcessMetrics;
import io.granary.model.PartitionId;
import io.granary.model.RequestId;
import io.granary.model.Sku;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.record.Entries;
import io.granary.record.RecordBuilder;
import io.granary.registry.NodeEntry;
import io.granary.registry.NodeRegistration;
import io.granary.registry.Routes;
import io.granary.registry.SkuState;
import io.granary.registry.SkuView;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import io.granary.testing.ForwardingLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whole allocators on a real ZooKeeper, RocketMQ and MariaDB; only the partition nodes are scripted. */
class AllocatorIT {
    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final Sku SKU = new Sku("hot");
    private static final PartitionId SLOT_0 = new PartitionId(SKU, 0);

    private final BackingServices services = SharedBacking.services();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final AtomicInteger updates = new AtomicInteger();
    private final Logger logger = (Logger) LoggerFactory.getLogger(AllocatorService.class);
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private Books books;
    private Config config;
    private StockLog log;
    private StockUpdatePublisher publisher;
    private Routes routes;

    @BeforeEach
    void open() {
        logged.start();
        logger.addAppender(logged);
        String run = ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();
        services.broker().createTopic("lanes-" + run, 4);
        services.broker().createTopic("updates-" + run, 2);
        services.broker().createTopic("dead-" + run, 1);
        DatabaseAddress database = services.database();
        config = Configuration.parse(
                """
                granary.database { url = "%s", user = "%s", password = "%s" }
                granary.log { name-server = "%s"
                  stock-log-topic = "lanes-%s", stock-update-topic = "updates-%s", dead-letter-topic = "dead-%s" }
                granary.registry { connect = "%s", root = "/it-%s" }
                granary.allocator { leader.sweep = 1 s, http.port = 0 }
                """.formatted(
                                database.url(),
                                database.user(),
                                database.password(),
                                services.nameServerAddress(),
                                run,
                                run,
                                run,
                                services.zooKeeperConnectString(),
                                run),
                "test");
        books = Books.open();
        log = add(new RocketMqStockLog(RocketMqLogSettings.stockLog(config)));
        publisher = new StockUpdatePublisher(add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config))));
        routes = add(CuratorRegistry.start(RegistrySettings.of(config))).routes();
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        books.close();
        logger.detachAppender(logged);
        // Of the loops' tasks none failed, not even while they were closed.
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .isEmpty();
    }

    private <T extends AutoCloseable> T add(T one) {
        open.push(one);
        return one;
    }

    private AllocatorService allocator(String name) {
        AllocatorService.Surroundings around = new AllocatorService.Surroundings(
                log,
                add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config))),
                add(new RocketMqTopic(RocketMqLogSettings.deadLetters(config))),
                add(CuratorRegistry.start(RegistrySettings.of(config))).cluster(),
                add(GrpcConnector.control(GrpcSettings.defaults())));
        return add(AllocatorService.start(AllocatorSettings.of(config).named(name), around, new ProcessMetrics()));
    }

    private ScriptedNode node(String incarnation) {
        NodeRegistration registration =
                add(CuratorRegistry.start(RegistrySettings.of(config))).nodeRegistration();
        ScriptedNode node = add(new ScriptedNode(incarnation).onLane(registration::publish));
        registration.publish(node.entry());
        return node;
    }

    private void update(StockUpdate.Kind kind, Sku sku, long units, int slots) {
        StockUpdate update = new StockUpdate("u" + updates.incrementAndGet(), kind, sku, units, slots);
        await().until(() ->
                publisher.publish(update).get(Patience.seconds(10), TimeUnit.SECONDS) instanceof Append.Stored);
    }

    private void restock(Sku sku, long units) {
        update(StockUpdate.Kind.RESTOCK, sku, units, 0);
    }

    private static void soon(ThrowingRunnable assertion) {
        await().atMost(Patience.of(Duration.ofSeconds(60)))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(assertion);
    }

    private void assertState(Sku sku, SkuState state) throws Exception {
        Optional<SkuView> view = routes.refresh(sku).get(Patience.seconds(10), TimeUnit.SECONDS);
        assertThat(view).map(SkuView::state).contains(state);
    }

    /** Sells units one by one: in the node's totals, and in its lane. */
    private void sell(ScriptedNode node, PartitionId partition, int units, long seq) throws Exception {
        byte[] entries = new byte[units * Entries.WIDTH];
        for (int i = 0; i < units; i++) {
            RequestId id = RequestId.of(partition + "/" + seq + "/" + i);
            Entries.write(entries, i * Entries.WIDTH, id.high(), id.low(), 1);
        }
        long epoch = node.figures(partition).get(0);
        byte[] record = new RecordBuilder(node.entry().incarnation(), 0, 1_024)
                .deductions(partition, epoch, seq, new Entries(entries, 0, units))
                .build();
        assertThat(log.append(node.entry().lane(), record).get(Patience.seconds(30), TimeUnit.SECONDS))
                .isInstanceOf(Append.Stored.class);
        node.sell(partition, units);
    }

    @Test
    void fromRestockToSoldOutAndBack() throws Exception {
        allocator("one");
        ScriptedNode a = node("a");
        soon(() -> assertThat(a.entry().lane()).isNotNegative());

        restock(SKU, 30);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(30));
        soon(() -> assertState(SKU, SkuState.SELLING));

        sell(a, SLOT_0, 30, 1);
        soon(() -> assertState(SKU, SkuState.SOLD_OUT));
        assertThat(books.figures(SKU)).isEqualTo(new Books.SkuFigures(0, 0, 0, 30, 30, 0));
        a.refuse(SLOT_0, 1);
        soon(() -> assertThat(a.ceilings()).containsEntry(SKU, 0L));

        restock(SKU, 12);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(12));
        assertState(SKU, SkuState.SELLING);
        assertThat(a.ceilings()).isEmpty();
    }

    @Test
    void anotherAllocatorGoesOnWhenTheLeaderEnds() throws Exception {
        AllocatorService one = allocator("one");
        ScriptedNode a = node("a");
        soon(() -> assertThat(a.leaders()).hasSize(1));
        AllocatorService two = allocator("two");
        restock(SKU, 10);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(10));

        one.close();

        soon(() -> assertThat(a.leaders()).last().isEqualTo(two.name()));
        restock(SKU, 5);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(15));
        sell(a, SLOT_0, 15, 1);
        soon(() -> assertState(SKU, SkuState.SOLD_OUT));
        assertThat(books.number("select max(epoch) from `partition`")).isEqualTo(1);
    }

    @Test
    void partitionsOfANodeThatLeavesTheRegistryGoToTheOther() throws Exception {
        allocator("one");
        ScriptedNode a = node("a");
        CuratorRegistry session = CuratorRegistry.start(RegistrySettings.of(config));
        NodeRegistration registration = session.nodeRegistration();
        ScriptedNode b = add(new ScriptedNode("b").onLane(registration::publish));
        registration.publish(b.entry());
        soon(() -> {
            assertThat(a.entry().lane()).isNotNegative();
            assertThat(b.entry().lane()).isNotNegative();
        });
        List<Sku> skus = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            skus.add(new Sku("s" + i));
            restock(skus.get(i), 10);
        }
        soon(() -> assertThat(a.partitions().size() + b.partitions().size()).isEqualTo(20));
        assertThat(b.partitions()).isNotEmpty();
        PartitionId taken = b.partitions().get(0);
        sell(b, taken, 3, 1);
        soon(() -> assertThat(books.figures(taken.sku()).sold()).isEqualTo(3));

        session.close();

        soon(() -> assertThat(skus)
                .allSatisfy(
                        sku -> assertThat(a.remaining(new PartitionId(sku, 0))).isPositive()));
        assertThat(a.figures(taken)).containsExactly(2L, 10L, 3L, 0L, 7L);
    }

    @Test
    void anAllocatorThatStartsBeforeTheBrokerHasItsTopicWaits() throws Exception {
        String topic = "late-" + ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();
        RocketMqStockLog broker =
                add(new RocketMqStockLog(RocketMqLogSettings.of(services.nameServerAddress(), topic)));
        CountDownLatch missed = new CountDownLatch(1);
        log = new ForwardingLog(broker) {
            @Override
            public int lanes() {
                try {
                    return super.lanes();
                } catch (IllegalStateException e) {
                    missed.countDown();
                    throw e;
                }
            }
        };
        CompletableFuture<AllocatorService> started = CompletableFuture.supplyAsync(() -> allocator("one"));
        assertThat(missed.await(Patience.seconds(60), TimeUnit.SECONDS)).isTrue();
        services.broker().createTopic(topic, 4);
        assertThat(started.get(Patience.seconds(60), TimeUnit.SECONDS).name()).startsWith("one-");
        assertThat(log.lanes()).isEqualTo(4);
    }

    @Test
    void healthSaysWhenNoNodeCanTakePartitions() {
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        AllocatorService allocator = allocator("one");
        soon(() -> assertThat(nodesCheck(allocator))
                .isEqualTo(new Health.Check("nodes", true, "2 of 2 live nodes are ready")));
        assertThat(a.hasLeader() && b.hasLeader()).isTrue();

        books.update("insert into node_drain (node, who) values ('a', 'ann')");
        books.update("insert into node_drain (node, who) values ('b', 'bob')");
        soon(
                () -> assertThat(nodesCheck(allocator))
                        .isEqualTo(
                                new Health.Check(
                                        "nodes",
                                        false,
                                        "2 of 2 live nodes are ready, but all that are ready are drained: no node can take partitions")));

        books.update("delete from node_drain where node = 'b'");
        soon(() -> assertThat(nodesCheck(allocator).ok()).isTrue());
    }

    /** Grants need the database and the links to the nodes; who led leads on. */
    @Test
    void refillsGoOnWithoutTheRegistry(@TempDir Path folder) {
        ZooKeeperProcess ofItsOwn = new ZooKeeperProcess(folder, ZooKeeperOptions.defaults());
        // Closed after those who use it.
        add(ofItsOwn).start();
        config = config.withValue("granary.registry.connect", ConfigValueFactory.fromAnyRef(ofItsOwn.connectString()));
        AllocatorService allocator = allocator("one");
        ScriptedNode a = node("a");
        soon(() -> assertThat(a.entry().lane()).isNotNegative());
        update(StockUpdate.Kind.RESTOCK, SKU, 100_000, 2);
        soon(() -> assertThat(a.remaining(SLOT_0)).isEqualTo(25_000));
        soon(() -> assertThat(check(allocator, "registry").ok()).isTrue());

        ofItsOwn.pause();
        try {
            soon(() -> assertThat(check(allocator, "registry")).satisfies(check -> {
                assertThat(check.ok()).isFalse();
                assertThat(check.detail())
                        .startsWith("the registry is out of reach since ")
                        .endsWith(": sales and grants go on, no takeover and no new route");
            }));
            a.sell(SLOT_0, 25_000);
            soon(() -> assertThat(a.remaining(SLOT_0)).isPositive());
            restock(SKU, 1_000_000);
            soon(() -> assertThat(books.figures(SKU).received()).isEqualTo(1_100_000));
            soon(() -> {
                a.sell(SLOT_0, a.remaining(SLOT_0));
                assertThat(a.figures(SLOT_0).get(1)).isGreaterThan(200_000);
            });
            assertThat(check(allocator, "leader").ok()).isTrue();
        } finally {
            ofItsOwn.resume();
        }
        soon(() -> assertThat(check(allocator, "registry").ok()).isTrue());
        assertThat(books.number("select max(term) from leader_term")).isEqualTo(1);
    }

    @Test
    void nodesWriteNewRecordsAndHealthNamesAnOldProcessThatComesThen() {
        ScriptedNode a = node("a-1");
        AllocatorService allocator = allocator("one");
        soon(() -> assertThat(a.recordVersion()).isEqualTo(2));

        NodeRegistration old =
                add(CuratorRegistry.start(RegistrySettings.of(config))).nodeRegistration();
        old.publish(new NodeEntry("old-1", "127.0.0.1:1", NodeEntry.NO_LANE, 1));
        soon(() -> assertThat(nodesCheck(allocator))
                .isEqualTo(
                        new Health.Check("nodes", false, "of an older release, can't read what nodes write: old-1")));

        old.close();
        soon(() -> assertThat(nodesCheck(allocator).ok()).isTrue());
    }

    private static Health.Check nodesCheck(AllocatorService allocator) {
        return check(allocator, "nodes");
    }

    private static Health.Check check(AllocatorService allocator, String name) {
        try {
            URI health = URI.create("http://" + allocator.api().address() + ApiPaths.ROOT + "/health");
            String answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            return ApiJson.forClient().readValue(answer, Health.class).checks().stream()
                    .filter(check -> check.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDrainThatATaskBeginsWaitsForNoSweep() {
        config = config.withValue("granary.allocator.leader.sweep", ConfigValueFactory.fromAnyRef("1 h"));
        ScriptedNode a = node("a-1");
        ScriptedNode b = node("b-1");
        allocator("one");
        soon(() -> {
            assertThat(a.entry().lane()).isNotNegative();
            assertThat(b.entry().lane()).isNotNegative();
        });
        for (int i = 0; i < 10; i++) {
            restock(new Sku("s" + i), 10);
        }
        soon(() -> assertThat(a.partitions().size() + b.partitions().size()).isEqualTo(10));
        assertThat(a.partitions()).isNotEmpty();

        SqlTaskStore tasks = new SqlTaskStore(books.database().transactions(), 10);
        tasks.create(
                new TaskDefinition(
                        "maintenance",
                        TaskKind.REBALANCE,
                        null,
                        0,
                        Duration.ZERO,
                        Wish.drain("a"),
                        new Timing.At(tasks.now())),
                Operator.named("ann"));

        soon(() -> assertThat(books.texts("select state from rebalance")).containsExactly("DONE"));
        soon(() -> assertThat(b.partitions()).hasSize(10));
    }
}
