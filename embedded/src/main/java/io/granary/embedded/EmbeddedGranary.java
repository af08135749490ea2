// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.google.common.collect.ImmutableMap;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.granary.allocator.AllocatorSettings;
import io.granary.allocator.RunningAllocator;
import io.granary.backing.BackingServices;
import io.granary.backing.DatabaseAddress;
import io.granary.backing.MariaDbOptions;
import io.granary.backing.RocketMqOptions;
import io.granary.backing.ZooKeeperOptions;
import io.granary.client.ClientSettings;
import io.granary.client.GranaryClient;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.metrics.ProcessMetrics;
import io.granary.node.NodeSettings;
import io.granary.node.RunningNode;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.granary.service.Started;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything in one process: allocators and partition nodes, and beside it, as processes of their own, ZooKeeper,
 * RocketMQ and MariaDB, as far as the configuration does not name others. Started in order, closed in reverse; what has
 * been started is undone if something fails. Thread-safe.
 */
public final class EmbeddedGranary implements AutoCloseable {
    /** The file in the data folder by which services in other processes join. */
    public static final String CONFIGURATION = "granary.conf";

    private final Started started;
    private final BackingServices backing;
    private final Config config;
    private final Path data;
    private final ProcessMetrics metrics;
    private final int firstHttpPort;
    private final List<RunningAllocator> allocators = new ArrayList<>();
    private final List<RunningNode> nodes = new ArrayList<>();

    private EmbeddedGranary(
            Started started,
            BackingServices backing,
            Config config,
            Path data,
            ProcessMetrics metrics,
            int firstHttpPort) {
        this.started = started;
        this.backing = backing;
        this.config = config;
        this.data = data;
        this.metrics = metrics;
        this.firstHttpPort = firstHttpPort;
    }

    /**
     * Starts everything and returns when all of it runs.
     *
     * @param data where data and logs are kept; found again by the next start
     * @throws io.granary.backing.BackingServiceException if a backing service does not come up
     * @throws IOException if an address can't be bound, or the folder can't be used
     * @throws IllegalArgumentException if another one that runs uses the folder
     */
    public static EmbeddedGranary start(Config config, EmbeddedSettings settings, Path data) throws IOException {
        Files.createDirectories(data);
        Started started = new Started();
        try {
            started.add(FolderLock.of(data));
            BackingServices backing = started.add(backing(config, settings, data));
            ProcessMetrics metrics = started.add(new ProcessMetrics());
            EmbeddedGranary granary = new EmbeddedGranary(
                    started,
                    backing,
                    addresses(backing, config),
                    data,
                    metrics,
                    settings.ports().http());
            Files.writeString(data.resolve(CONFIGURATION), granary.renderedConfiguration());
            for (int i = 0; i < settings.allocators(); i++) {
                granary.startAllocator();
            }
            for (int i = 0; i < settings.nodes(); i++) {
                granary.startNode();
            }
            return granary;
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    private static BackingServices backing(Config config, EmbeddedSettings settings, Path data) {
        EmbeddedSettings.Ports ports = settings.ports();
        BackingServices.Builder builder = BackingServices.at(data);
        if (settings.startZooKeeper()) {
            builder.zooKeeper(ZooKeeperOptions.defaults().withPort(ports.zooKeeper()));
        } else {
            builder.externalZooKeeper(config.getString("granary.registry.connect"));
        }
        if (settings.startRocketMq()) {
            builder.rocketMq(RocketMqOptions.defaults()
                    .withPorts(ports.nameServer(), ports.broker())
                    .withTopic(config.getString("granary.log.stock-log-topic"), settings.lanes())
                    .withTopic(config.getString("granary.log.stock-update-topic"), 4)
                    .withTopic(config.getString("granary.log.dead-letter-topic"), 1));
        } else {
            builder.externalNameServer(config.getString("granary.log.name-server"));
        }
        if (settings.startMariaDb()) {
            builder.mariaDb(MariaDbOptions.defaults().withPort(ports.mariaDb()));
        } else {
            builder.externalDatabase(new DatabaseAddress(
                    config.getString("granary.database.url"),
                    config.getString("granary.database.user"),
                    config.getString("granary.database.password")));
        }
        return builder.start();
    }

    /** The configuration with the addresses of what was started. */
    private static Config addresses(BackingServices backing, Config config) {
        return ConfigFactory.parseMap(ImmutableMap.<String, Object>builder()
                        .put("granary.registry.connect", backing.zooKeeperConnectString())
                        .put("granary.log.name-server", backing.nameServerAddress())
                        .put("granary.database.url", backing.database().url())
                        .put("granary.database.user", backing.database().user())
                        .put("granary.database.password", backing.database().password())
                        // Any: there may be several on this machine.
                        .put("granary.allocator.http.port", 0)
                        .build())
                .withFallback(config);
    }

    private String renderedConfiguration() {
        return "# Written at each start. For services in other processes: scripts/granary node --config FILE\n"
                + config.withOnlyPath("granary")
                        .root()
                        .render(ConfigRenderOptions.concise().setJson(false).setFormatted(true));
    }

    /** Starts one more allocator. */
    public RunningAllocator startAllocator() {
        int httpPort = allocators.isEmpty() ? firstHttpPort : 0;
        RunningAllocator allocator = started.add(
                RunningAllocator.start(config, AllocatorSettings.of(config).withHttpPort(httpPort), metrics));
        allocators.add(allocator);
        return allocator;
    }

    /**
     * Starts one more partition node.
     *
     * @throws IOException if its address can't be bound
     */
    public RunningNode startNode() throws IOException {
        String name = "node-" + (nodes.size() + 1);
        RunningNode node =
                started.add(RunningNode.start(config, NodeSettings.of(config).named(name), metrics));
        nodes.add(node);
        return node;
    }

    /** The configuration that the services run with: what was given, and the addresses of what was started. */
    public Config config() {
        return config;
    }

    /** Where data and logs are kept. */
    public Path data() {
        return data;
    }

    public BackingServices backing() {
        return backing;
    }

    public DatabaseAddress database() {
        return backing.database();
    }

    /** The address of the first allocator's API; each of them sends those who ask on to the one that leads. */
    public URI apiAddress() {
        return allocators.get(0).service().api().uri();
    }

    /** The allocators started here, those closed since included. */
    public List<RunningAllocator> allocators() {
        return List.copyOf(allocators);
    }

    /** The partition nodes started here, those closed since included. */
    public List<RunningNode> nodes() {
        return List.copyOf(nodes);
    }

    /** A client of its own; the caller closes it. */
    public GranaryClient client() {
        return GranaryClient.connect(
                RegistrySettings.of(config),
                GrpcSettings.of(config),
                ClientSettings.of(config),
                new SimpleMeterRegistry());
    }

    /** A session with the registry of its own; the caller closes it. */
    public CuratorRegistry registry() {
        return CuratorRegistry.start(RegistrySettings.of(config));
    }

    /** Sends stock updates; the caller closes it. */
    public StockFeed stockFeed() {
        return new StockFeed(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config)));
    }

    /** Says what listens where. */
    public void describe(PrintStream out) {
        out.println("ZooKeeper            " + backing.zooKeeperConnectString());
        out.println("RocketMQ name server " + backing.nameServerAddress());
        out.println("database             " + backing.database().url() + " user "
                + backing.database().user());
        for (RunningAllocator allocator : allocators) {
            out.println("allocator            " + allocator.service().api().uri() + " "
                    + allocator.service().name());
        }
        for (RunningNode node : nodes) {
            out.println("partition node       " + node.service().address() + " "
                    + node.service().incarnation() + " " + node.monitoringUrl());
        }
        out.println("console              " + apiAddress().resolve("/"));
        out.println("configuration        " + data.resolve(CONFIGURATION) + ", for more services and for clients");
    }

    @Override
    public void close() {
        started.close();
    }
}
