// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.allocation.GrantPolicy;
import io.granary.allocator.allocation.LiveNodes;
import io.granary.allocator.api.ApiServer;
import io.granary.allocator.api.Area;
import io.granary.allocator.api.Areas;
import io.granary.allocator.api.Leadership;
import io.granary.allocator.console.AllocatorSources;
import io.granary.allocator.console.Console;
import io.granary.allocator.control.Leader;
import io.granary.allocator.schedule.TaskScheduler;
import io.granary.allocator.schedule.TaskStore;
import io.granary.allocator.settlement.Settlement;
import io.granary.allocator.stock.DeadLetters;
import io.granary.allocator.stock.StockUpdates;
import io.granary.allocator.store.Database;
import io.granary.allocator.store.Drift;
import io.granary.allocator.store.Reconcile;
import io.granary.allocator.store.Retention;
import io.granary.allocator.store.SqlAllocationStore;
import io.granary.allocator.store.SqlDeadLetterStore;
import io.granary.allocator.store.SqlSettlementStore;
import io.granary.allocator.store.SqlStockUpdateStore;
import io.granary.allocator.store.SqlTaskStore;
import io.granary.allocator.store.SqlViews;
import io.granary.concurrent.ThreadLoop;
import io.granary.log.StockLog;
import io.granary.log.Topic;
import io.granary.metrics.MeterScope;
import io.granary.metrics.Monitoring;
import io.granary.metrics.ProcessMetrics;
import io.granary.model.Sku;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Connector;
import io.granary.registry.AllocatorEntry;
import io.granary.registry.Cluster;
import io.granary.registry.NodeEntry;
import io.granary.stock.StockUpdatePublisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running allocator: settles its share of the lanes and, while it leads, plans and applies stock updates. Killing it
 * loses nothing; closing it only tells others sooner. Thread-safe.
 */
public final class AllocatorService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AllocatorService.class);
    private static final long LAST_STATEMENTS_SECONDS = 5;
    private static final long LOOK_SECONDS = 5;

    /**
     * What an allocator talks to; all of it stays the caller's, but for the cluster, which is closed with the allocator.
     *
     * @param log the stock log
     * @param updates the topic of stock updates from outside
     * @param deadLetters gets those that can't be applied
     * @param connector to the partition nodes
     */
    public record Surroundings(
            StockLog log,
            Topic updates,
            Topic deadLetters,
            Cluster cluster,
            Connector<LeaderMessage, NodeMessage> connector) {}

    private final String name;
    // The last one started is closed first.
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable ApiServer api;
    private boolean closed;

    private AllocatorService(String name) {
        this.name = name;
    }

    /**
     * Opens the books, migrating them if need be, and joins the allocators. Waits for the database and for the log, for less
     * than a minute each, not for the registry. What was started is closed again if something fails.
     */
    public static AllocatorService start(AllocatorSettings settings, Surroundings around, ProcessMetrics metrics) {
        String name = settings.name()
                + "-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        AllocatorService service = new AllocatorService(name);
        try {
            service.open(settings, around, metrics);
            LOG.info("Allocator {} runs", name);
            return service;
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private synchronized void open(AllocatorSettings settings, Surroundings around, ProcessMetrics metrics) {
        MeterScope meters = add(new MeterScope(metrics.registry(), "allocator", name));
        Database database = add(Database.open(settings.database()));
        int lanes = StartingLog.lanes(around.log(), StartingLog.PATIENCE);
        ExecutorService planning = executor("planning", settings.planningThreads());
        ExecutorService settling = executor("settling", settings.settlingThreads());
        ExecutorService stocking = executor("stocking", AllocatorSettings.STOCK_THREADS);
        Leadership leadership = new Leadership(name);
        LeaderDuties duties = new LeaderDuties(leadership);
        AllocationStore books =
                new SqlAllocationStore(database, settings.settlement().idWindow());
        Leader leader = new Leader(
                name,
                lanes,
                settings.leader(),
                settings.allocation(),
                loop("leader"),
                planning,
                books,
                around.cluster(),
                around.connector(),
                duties,
                meters);
        Settlement settlement = add(new Settlement(
                name,
                loop("settlement"),
                around.log(),
                new SqlSettlementStore(
                        database.transactions(), settling, settings.settlement().idWindow()),
                settings.settlement(),
                meters,
                leader::onSettled));
        GrantPolicy policy = new GrantPolicy(settings.allocation());
        StockUpdates updates = add(new StockUpdates(
                loop("stock"),
                stocking,
                around.updates(),
                around.deadLetters(),
                new SqlStockUpdateStore(database.transactions(), stocking, policy::slots),
                settings.stock(),
                leader::announce,
                leader::onStockChanged,
                meters));
        SqlTaskStore taskStore = taskStore(settings, database);
        Reconcile reconcile = new Reconcile(database, meters);
        TaskScheduler tasks = add(tasks(taskStore, settings, database, reconcile, leader, meters));
        duties.take(updates, tasks);
        // Closed before those that work in its term only.
        add(leader);
        Cluster cluster = add(around.cluster());
        add(Retention.start(
                name,
                database.transactions(),
                settings.settlement().idWindow(),
                settings.retention(),
                leadership::isHere));
        ExecutorService health = executor("health", AllocatorSettings.HEALTH_THREADS);
        AllocatorHealth state = new AllocatorHealth(leader, new SqlViews(database.transactions()), health);
        AllocatorSources sources = new AllocatorSources(leadership, leader, settlement, database, reconcile);
        Console console = new Console(
                leadership,
                sources,
                new Monitoring(
                        metrics::scrape,
                        Map.of("loop", state::loop),
                        Map.of("books", state::books, "registry", state::registry)),
                meters,
                settings.topSkus());
        Areas.Parts ofAreas = new Areas.Parts(
                leadership,
                leader,
                books,
                database,
                reconcile,
                new StockUpdatePublisher(around.updates()),
                policy::slots,
                health,
                taskStore,
                tasks,
                settings.schedule().ahead(),
                new DeadLetters(new SqlDeadLetterStore(database.transactions()), around.updates()),
                around.log());
        List<Area> areas = new ArrayList<>(Areas.of(ofAreas));
        areas.add(console);
        ApiServer server = add(ApiServer.start(settings.http(), leadership, areas));
        api = server;
        // Closed before the server, which must be there to end streams.
        add(console).begin();
        cluster.join(name, server.address(), new Cluster.Listener() {
            @Override
            public void onNodes(Map<String, NodeEntry> nodes) {
                leader.setNodes(nodes);
            }

            @Override
            public void onAllocators(List<AllocatorEntry> allocators) {
                List<String> names =
                        allocators.stream().map(AllocatorEntry::name).toList();
                settlement.setAllocators(names);
                sources.setAllocators(allocators);
                leader.setAllocators(allocators);
                state.setJoined(names.contains(name));
            }

            @Override
            public void onLeader(Optional<AllocatorEntry> named) {
                leadership.setNamed(named);
            }

            @Override
            public void onLeading() {
                leader.setLeading(true);
            }

            @Override
            public void onFollowing() {
                leader.setLeading(false);
            }

            @Override
            public void onReach(boolean inReach) {
                leadership.setReach(inReach);
                leader.setReach(inReach);
            }
        });
    }

    private static SqlTaskStore taskStore(AllocatorSettings settings, Database database) {
        return new SqlTaskStore(database.transactions(), settings.schedule().historyRuns());
    }

    private TaskScheduler tasks(
            SqlTaskStore store,
            AllocatorSettings settings,
            Database database,
            Reconcile reconcile,
            Leader leader,
            MeterScope meters) {
        return TaskScheduler.start(
                name,
                database::wakeUps,
                store,
                new TaskStore.Witness() {
                    @Override
                    public List<String> drifts() {
                        return reconcile.check().stream().map(Drift::toString).toList();
                    }

                    @Override
                    public LiveNodes nodes() {
                        return leader.look()
                                .orTimeout(LOOK_SECONDS, TimeUnit.SECONDS)
                                .join()
                                .live();
                    }
                },
                new TaskScheduler.Listener() {
                    @Override
                    public void onChanged(Set<Sku> skus) {
                        leader.lookAt(skus);
                    }

                    @Override
                    public void onDrains() {
                        leader.onDrains();
                    }
                },
                settings.schedule(),
                meters);
    }

    private ThreadLoop loop(String what) {
        String full = name + "-" + what;
        return add(ThreadLoop.start(full, fault -> LOG.error("A task of loop {} failed", full, fault)));
    }

    private ExecutorService executor(String what, int threads) {
        ExecutorService executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, name + "-" + what);
            thread.setDaemon(true);
            return thread;
        });
        add(() -> {
            executor.shutdown();
            if (!executor.awaitTermination(LAST_STATEMENTS_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{}: statements still run after {} s", name, LAST_STATEMENTS_SECONDS);
            }
        });
        return executor;
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** This start's name. */
    public String name() {
        return name;
    }

    /**
     * Its API.
     *
     * @throws IllegalStateException if it is closed
     */
    public synchronized ApiServer api() {
        if (api == null || closed) {
            throw new IllegalStateException("allocator " + name + " is closed");
        }
        return api;
    }

    /** Leaves the registry and ends; another allocator, if there is one, goes on where this one was. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{}: something does not close", name, e);
            }
        }
        parts.clear();
    }
}
