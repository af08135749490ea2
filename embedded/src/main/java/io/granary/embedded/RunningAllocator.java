// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.control.Leader;
import io.granary.allocator.control.LeaderSettings;
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
import io.granary.log.StockLog;
import io.granary.log.Topic;
import io.granary.log.rocketmq.RocketMqLogSettings;
import io.granary.log.rocketmq.RocketMqStockLog;
import io.granary.log.rocketmq.RocketMqTopic;
import io.granary.protocol.grpc.GrpcConnector;
import io.granary.protocol.grpc.GrpcSettings;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.registry.curator.CuratorRegistry;
import io.granary.registry.curator.RegistrySettings;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An allocator */
public final class RunningAllocator implements AutoCloseable {
    private final Started started;
    RunningAllocator(Started started) { this.started = started; }

    static RunningAllocator start(Config config, String name) {
        Started started = new Started();
        Database database = started.add(Database.open(
                new DatabaseSettings(config.getString("granary.database.url"), config.getString("granary.database.user"),
                config.getString("granary.database.password"), 16), List.of(AllocationMapper.class)));
        StockLog log = started.add(new RocketMqStockLog(RocketMqLogSettings.stockLog(config)));
        Topic updates = started.add(new RocketMqTopic(RocketMqLogSettings.stockUpdates(config)));
        Topic dead = started.add(new RocketMqTopic(RocketMqLogSettings.deadLetters(config)));
        CuratorRegistry registry = started.add(CuratorRegistry.start(RegistrySettings.of(config)));
        var connector = started.add(GrpcConnector.control(GrpcSettings.defaults()));
        ThreadLoop loop = started.add(ThreadLoop.start(name, f -> f.printStackTrace()));
        ThreadLoop settling = started.add(ThreadLoop.start(name + "-settlement", f -> f.printStackTrace()));
        ThreadLoop stocking = started.add(ThreadLoop.start(name + "-stock", f -> f.printStackTrace()));
        ExecutorService blocking = Executors.newFixedThreadPool(6);
        ExecutorService settles = Executors.newFixedThreadPool(2);
        ExecutorService stocks = Executors.newFixedThreadPool(2);
        started.add((AutoCloseable) () -> {blocking.shutdown(); settles.shutdown(); stocks.shutdown();});
        Cluster cluster = started.add(registry.cluster());
        StockUpdates[] stock = new StockUpdates[1];
        Leader leader = started.add(new Leader(name, log.lanes(), LeaderSettings.DEFAULT, AllocationSettings.DEFAULT, loop, blocking,
                new SqlAllocationStore(database, io.granary.allocator.settlement.IdWindow.DEFAULT), cluster, connector, new Leader.Terms() {
                    @Override public void onTerm(long term) { stock[0].start(); }
                    @Override public void onTermOver() { stock[0].close(); }
                }));
        Settlement settlement = started.add(new Settlement(name, settling, log,
                new SqlSettlementStore(database.transactions(), settles, io.granary.allocator.settlement.IdWindow.DEFAULT),
                SettlementSettings.DEFAULT, Metrics.registry(), leader::onSettled));
        stock[0] = started.add(new StockUpdates(stocking, stocks, updates, dead,
                new SqlStockUpdateStore(database.transactions(), stocks, Integer.getInteger("slots", 1)), StockUpdateSettings.DEFAULT,
                leader::announce, leader::onStockChanged, Metrics.registry()));
        cluster.join(name, "none:0", new Cluster.Listener() {
            @Override public void onNodes(Map<String, NodeEntry> nodes) { leader.setNodes(nodes); }
            @Override public void onAllocators(List<String> all) { settlement.setAllocators(all); }
            @Override public void onLeading() { leader.setLeading(true); }
            @Override public void onFollowing() { leader.setLeading(false); }
        });
        return new RunningAllocator(started);
    }
    @Override
    public void close() {
        started.close();
    }
}
