// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderSettings;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.Settlement;
import io.granary.allocator.settlement.SettlementSettings;
import io.granary.allocator.stock.StockUpdateSettings;
import io.granary.allocator.stock.StockUpdates;
import io.granary.allocator.store.AllocationMapper;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.DatabaseSettings;
import io.granary.allocator.store.SqlAllocationStore;
import io.granary.allocator.store.SqlSettlementStore;
import io.granary.allocator.store.SqlStockUpdateStore;
import io.granary.concurrent.ThreadLoop;
import io.granary.config.Configuration;
import io.granary.log.StockLog;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An allocator with connections of its own, as in a process of its own: it settles its share of the lanes and, while it
 * leads, plans and applies stock updates. Killing it loses nothing. Thread-safe.
 */
public final class RunningAllocator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningAllocator.class);
    private static final int PLANNING_THREADS = 6;
    private static final int SETTLING_THREADS = 3;
    private static final int STOCK_THREADS = 2;
    private static final int DEFAULT_SLOTS = 1;
    private static final Duration LAST_STATEMENTS = Duration.ofSeconds(5);

    private final Started started = new Started();
    private final String name;

    private RunningAllocator(String name) {
        this.name = name;
    }

    /**
     * Starts an allocator. Waits for the database and for RocketMQ, not for the registry.
     *
     * @param name tells it from the other allocators that live
     */
    public static RunningAllocator start(Config config, String name, MeterRegistry metrics) {
        RunningAllocator allocator = new RunningAllocator(name);
        try {
            allocator.open(config, metrics);
            return allocator;
        } catch (RuntimeException e) {
            allocator.close();
            throw e;
        }
    }

    private void open(Config config, MeterRegistry metrics) {
        Database database = started.add(Database.open(
                Configuration.read(config, "granary.database", RunningAllocator::database),
                List.of(AllocationMapper.class)));
        StockLog log = started.add(new RocketMqStockLog(RocketMqLogSettings.stockLog(config)));
        Topic updates = started.add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config)));
        Topic deadLetters = started.add(new RocketMqTopic(RocketMqLogSettings.deadLetters(config)));
        CuratorRegistry registry = started.add(CuratorRegistry.start(RegistrySettings.of(config)));
        GrpcConnector<LeaderMessage, NodeMessage> connector =
                started.add(GrpcConnector.control(GrpcSettings.of(config)));
        ExecutorService planning = executor(PLANNING_THREADS);
        ExecutorService settling = executor(SETTLING_THREADS);
        ExecutorService stocking = executor(STOCK_THREADS);
        ThreadLoop leaderLoop = loop("leader");
        ThreadLoop settlementLoop = loop("settlement");
        ThreadLoop stockLoop = loop("stock");
        Cluster cluster = registry.cluster();

        StockTerms terms = new StockTerms();
        Leader leader = started.add(new Leader(
                name,
                log.lanes(),
                LeaderSettings.DEFAULT,
                AllocationSettings.DEFAULT,
                leaderLoop,
                planning,
                new SqlAllocationStore(database, IdWindow.DEFAULT),
                cluster,
                connector,
                terms));
        Settlement settlement = started.add(new Settlement(
                name,
                settlementLoop,
                log,
                new SqlSettlementStore(database.transactions(), settling, IdWindow.DEFAULT),
                SettlementSettings.DEFAULT,
                metrics,
                leader::onSettled));
        terms.stock = started.add(new StockUpdates(
                stockLoop,
                stocking,
                updates,
                deadLetters,
                new SqlStockUpdateStore(database.transactions(), stocking, DEFAULT_SLOTS),
                StockUpdateSettings.DEFAULT,
                leader::announce,
                leader::onStockChanged,
                metrics));
        cluster.join(name, "", new Cluster.Listener() {
            @Override
            public void onNodes(Map<String, NodeEntry> nodesByIncarnation) {
                leader.setNodes(nodesByIncarnation);
            }

            @Override
            public void onAllocators(List<String> allocators) {
                settlement.setAllocators(allocators);
            }

            @Override
            public void onLeading() {
                leader.setLeading(true);
            }

            @Override
            public void onFollowing() {
                leader.setLeading(false);
            }
        });
    }

    /** Applies stock updates while this allocator leads. */
    private static final class StockTerms implements Leader.Terms {
        volatile @org.jspecify.annotations.Nullable StockUpdates stock;

        @Override
        public void onTerm(long term) {
            StockUpdates updates = stock;
            if (updates != null) {
                updates.start();
            }
        }

        @Override
        public void onTermOver() {
            StockUpdates updates = stock;
            if (updates != null) {
                updates.close();
            }
        }
    }

    private static DatabaseSettings database(Config config) {
        Config database = config.getConfig("granary.database");
        return new DatabaseSettings(
                database.getString("url"),
                database.getString("user"),
                database.getString("password"),
                database.getInt("pool-size"));
    }

    private ThreadLoop loop(String what) {
        Consumer<Throwable> fault = failure -> LOG.error("{}: a fault in {}", name, what, failure);
        return started.add(ThreadLoop.start(name + "-" + what, fault));
    }

    private ExecutorService executor(int threads) {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        AutoCloseable stop = () -> {
            executor.shutdown();
            if (!executor.awaitTermination(LAST_STATEMENTS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{}: statements still run after {}", name, LAST_STATEMENTS);
            }
        };
        started.add(stop);
        return executor;
    }

    /** Leaves the registry and ends; another allocator, if there is one, goes on where this one was. */
    @Override
    public void close() {
        started.close();
    }
}
