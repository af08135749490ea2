// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.contender;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.granary.backing.BackingServices;
import io.granary.backing.DatabaseAddress;
import io.granary.backing.RocketMqOptions;
import io.granary.benchmarks.load.LoadResult;
import io.granary.benchmarks.load.LoadSpec;
import io.granary.benchmarks.process.Child;
import io.granary.benchmarks.process.ServiceMain;
import io.granary.config.Configuration;
import io.granary.log.Append;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.model.Sku;
import io.granary.registry.Routes;
import io.granary.registry.SkuView;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;
import io.granary.stock.StockUpdate;
import io.granary.stock.StockUpdatePublisher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All of Granary as it runs in production, each service in a process of its own: ZooKeeper, RocketMQ, MariaDB, an
 * allocator, nodes, and callers. Used by one thread.
 */
public final class GranaryCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GranaryCluster.class);
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    /** So many are sent or asked at a time. */
    private static final int TOGETHER = 256;

    private static final Duration POLL = Duration.ofMillis(20);
    private static final int LANES = 32;

    private final Started started = new Started();
    private final Path data;
    private final Path configuration;
    private final BackingServices backing;
    private final StockUpdatePublisher stock;
    private final Routes routes;
    private final SqlNumbers books;
    private final List<Child> nodes = new ArrayList<>();
    private final Child allocator;
    private final Child callers;
    private int nodesStarted;
    private int updates;

    /**
     * Starts everything, with one node.
     *
     * @param data an empty folder
     * @param nodeHeapMib heap of each node, in MiB
     */
    public GranaryCluster(Path data, int nodeHeapMib) throws IOException, InterruptedException {
        this.data = data;
        try {
            Config defaults = Configuration.defaults();
            backing = started.add(BackingServices.at(data)
                    .mariaDb(MariaDb.OPTIONS)
                    .rocketMq(RocketMqOptions.defaults()
                            .withBrokerJvm(Child.WARM_SOON)
                            .withTopic(defaults.getString("granary.log.stock-log-topic"), LANES)
                            .withTopic(defaults.getString("granary.log.stock-update-topic"), 4)
                            .withTopic(defaults.getString("granary.log.dead-letter-topic"), 1))
                    .start());
            Config config = addresses().withFallback(defaults);
            configuration = Files.writeString(
                    data.resolve("granary.conf"),
                    config.withOnlyPath("granary").root().render(ConfigRenderOptions.concise()));
            allocator = service("allocator", "allocator", 1_024);
            startNode(nodeHeapMib);
            RocketMqTopic topic = started.add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config)));
            stock = new StockUpdatePublisher(topic);
            routes = started.add(CuratorRegistry.start(RegistrySettings.of(config)))
                    .routes();
            books = started.add(new SqlNumbers(backing.database()));
            callers = started.add(Child.start(
                    "granary-callers", data, List.of("-Xmx1g"), LoadMain.class, "granary", configuration.toString()));
        } catch (IOException | InterruptedException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private Config addresses() {
        return ConfigFactory.parseMap(ImmutableMap.of(
                "granary.registry.connect", backing.zooKeeperConnectString(),
                "granary.log.name-server", backing.nameServerAddress(),
                "granary.database.url", backing.database().url(),
                "granary.database.user", backing.database().user(),
                "granary.database.password", backing.database().password()));
    }

    private Child service(String service, String name, int heapMib) throws IOException, InterruptedException {
        return started.add(Child.start(
                name,
                data,
                List.of("-Xmx" + heapMib + "m"),
                ServiceMain.class,
                service,
                configuration.toString(),
                name));
    }

    /** Starts one more node. */
    public Child startNode(int heapMib) throws IOException, InterruptedException {
        Child node = service("node", "node-" + ++nodesStarted, heapMib);
        nodes.add(node);
        return node;
    }

    /** Kills a node, with SIGKILL. */
    public void kill(Child node) {
        node.kill();
        nodes.remove(node);
    }

    /** Ids of the processes that take part in a deduction, by what they do. */
    public Map<String, List<Long>> processes() {
        Map<String, List<Long>> pids = new LinkedHashMap<>();
        pids.put("client", List.of(callers.pid()));
        pids.put("node", nodes.stream().map(Child::pid).toList());
        pids.put("broker", List.of(backing.broker().pid()));
        pids.put("allocator", List.of(allocator.pid()));
        pids.put("database", List.of(backing.mariaDb().pid()));
        pids.put("zookeeper", List.of(backing.zooKeeper().pid()));
        return pids;
    }

    /**
     * Puts units of products that are not known yet on sale, and waits until all their slots serve.
     *
     * @param units of each
     * @throws IOException if it does not come to that in time
     */
    public void offer(List<String> skus, long units, int slots) throws IOException, InterruptedException {
        try {
            for (List<String> some : Lists.partition(skus, TOGETHER)) {
                List<CompletableFuture<Append>> sent = some.stream()
                        .map(sku -> new StockUpdate(
                                "bench-" + ++updates, StockUpdate.Kind.RESTOCK, new Sku(sku), units, slots))
                        .map(stock::publish)
                        .toList();
                for (CompletableFuture<Append> one : sent) {
                    if (!(one.get() instanceof Append.Stored)) {
                        throw new IOException("a restock was not confirmed by RocketMQ: " + one.get());
                    }
                }
            }
            awaitServing(skus, slots);
        } catch (ExecutionException e) {
            throw new IOException("cannot offer " + skus.get(0) + " …", e);
        }
    }

    private void awaitServing(List<String> skus, int slots) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        List<String> waiting = skus;
        while (!waiting.isEmpty()) {
            List<String> still = new ArrayList<>();
            for (List<String> some : Lists.partition(waiting, TOGETHER)) {
                List<CompletableFuture<Optional<SkuView>>> views =
                        some.stream().map(sku -> routes.refresh(new Sku(sku))).toList();
                for (int i = 0; i < some.size(); i++) {
                    if (serving(views.get(i)) < slots) {
                        still.add(some.get(i));
                    }
                }
            }
            waiting = still;
            if (!waiting.isEmpty()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException(
                            "products whose slots do not all serve: %,d, such as %s (expected: none in %s)"
                                    .formatted(waiting.size(), waiting.get(0), READY_WITHIN));
                }
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
    }

    /** 0 also if the registry can't be asked now, as may be while the machine is busy: it is asked again. */
    private static int serving(CompletableFuture<Optional<SkuView>> view) throws InterruptedException {
        try {
            return view.get().map(found -> found.partitions().size()).orElse(0);
        } catch (ExecutionException e) {
            LOG.info("the registry is asked again", e);
            return 0;
        }
    }

    /** A view of the registry that was read after this call. */
    public Optional<SkuView> view(String sku) throws IOException, InterruptedException {
        try {
            return routes.refresh(new Sku(sku)).get();
        } catch (ExecutionException e) {
            throw new IOException("cannot look " + sku + " up", e);
        }
    }

    /** Lets the callers do as they are told. */
    public LoadResult run(LoadSpec spec) throws IOException, InterruptedException {
        double seconds = spec.run().warmUpSeconds() + spec.run().seconds() + 150;
        return callers.ask(LoadMain.RUN, spec, LoadResult.class, Duration.ofMillis((long) (seconds * 1e3)));
    }

    /** What the database says of the products whose names begin so, all together. */
    public Books books(String prefix) throws SQLException {
        String products = prefix + "%";
        return new Books(
                books.number("select coalesce(sum(received), 0) from sku where code like ?", products),
                books.number("select coalesce(sum(actual), 0) from sku where code like ?", products),
                sold(prefix),
                books.number(
                        "select count(*) from deduction where sku_id in (select id from sku where code like ?)",
                        products));
    }

    /** The units of these products that have settled. */
    public long sold(String prefix) throws SQLException {
        return books.number("select coalesce(sum(sold), 0) from sku where code like ?", prefix + "%");
    }

    /**
     * Waits until so many units of these products are in the ledger, or nothing was added for a while.
     *
     * @param quiet how long nothing must have come for it to be given up
     */
    public Drain awaitSettled(String prefix, long units, Duration quiet) throws SQLException, InterruptedException {
        long before = sold(prefix);
        long sold = before;
        long since = System.nanoTime();
        long firstSold = before;
        long first = 0;
        while (sold < units && System.nanoTime() - since < quiet.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            long now = sold(prefix);
            if (now != sold) {
                sold = now;
                since = System.nanoTime();
                if (first == 0) {
                    first = since;
                    firstSold = now;
                }
            }
        }
        // From the first change that was seen to the last, so that waking up does not count.
        return new Drain(sold - before, sold - firstSold, first == 0 ? 0 : (since - first) / 1e9);
    }

    /** Freezes the allocator, and with it settlement. */
    public void pauseAllocator() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on. */
    public void resumeAllocator() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(allocator.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + ": status " + status + " (expected: 0)");
        }
    }

    /** The database of the books. */
    public DatabaseAddress database() {
        return backing.database();
    }

    /** By which other clients find everything. */
    public Path configuration() {
        return configuration;
    }

    public Child callers() {
        return callers;
    }

    public Child allocator() {
        return allocator;
    }

    public List<Child> nodes() {
        return List.copyOf(nodes);
    }

    public BackingServices backing() {
        return backing;
    }

    /** Closes everything; the data stay. */
    @Override
    public void close() {
        // Nobody wants the data: nothing needs to be put in order.
        callers.kill();
        nodes.forEach(Child::kill);
        allocator.kill();
        backing.kill();
        started.close();
    }
}
