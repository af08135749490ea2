// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator;

import com.typesafe.config.Config;
import io.granary.allocator.allocation.AllocationSettings;
import io.granary.allocator.api.HttpSettings;
import io.granary.allocator.control.LeaderSettings;
import io.granary.allocator.schedule.ScheduleSettings;
import io.granary.allocator.settlement.IdWindow;
import io.granary.allocator.settlement.SettlementSettings;
import io.granary.allocator.stock.StockUpdateSettings;
import io.granary.allocator.store.DatabaseSettings;
import io.granary.allocator.store.RetentionSettings;
import io.granary.config.Check;

/**
 * How an allocator runs. Immutable; {@code reference.conf} says what each setting means.
 *
 * @param name the allocator's name, 1 to 64 letters, digits, dots, underscores and hyphens; each start adds letters of
 *     its own
 * @param planningThreads that ask the books for the leader, 1 to 64
 * @param settlingThreads that write what has settled, 1 to 64
 * @param topSkus how many of the SKUs that sell most have gauges of their own, 0 to 1,000
 */
public record AllocatorSettings(
        String name,
        int planningThreads,
        int settlingThreads,
        DatabaseSettings database,
        AllocationSettings allocation,
        LeaderSettings leader,
        SettlementSettings settlement,
        StockUpdateSettings stock,
        ScheduleSettings schedule,
        HttpSettings http,
        RetentionSettings retention,
        int topSkus) {
    /** Connections that are neither the leader's nor settlement's: of stock updates. */
    static final int STOCK_THREADS = 2;
    /** That reads for the console. */
    static final int CONSOLE_THREADS = 1;
    /** That ask the books how they are. */
    static final int HEALTH_THREADS = 1;
    /** That removes what is old. */
    static final int RETENTION_THREADS = 1;

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public AllocatorSettings {
        Check.require(
                name.matches("[A-Za-z0-9._-]{1,64}"),
                "name",
                name,
                "1 to 64 letters, digits, dots, underscores, hyphens");
        Check.range("planning-threads", planningThreads, 1, 64);
        Check.range("settling-threads", settlingThreads, 1, 64);
        Check.range("top-skus", topSkus, 0, 1_000);
    }

    /** Reads {@code granary.allocator} of the configuration. */
    public static AllocatorSettings of(Config config) {
        Config allocator = config.getConfig("granary.allocator");
        int planningThreads = allocator.getInt("planning-threads");
        int settlingThreads = allocator.getInt("settling-threads");
        int connections = planningThreads
                + settlingThreads
                + STOCK_THREADS
                + HEALTH_THREADS
                + CONSOLE_THREADS
                + RETENTION_THREADS
                + allocator.getInt("schedule.threads")
                + ScheduleSettings.OTHER_THREADS
                + allocator.getInt("http.threads");
        return new AllocatorSettings(
                allocator.getString("name"),
                planningThreads,
                settlingThreads,
                database(config.getConfig("granary.database"), connections),
                allocation(allocator.getConfig("allocation")),
                leader(allocator.getConfig("leader")),
                settlement(allocator.getConfig("settlement")),
                stock(allocator.getConfig("stock-updates")),
                schedule(allocator.getConfig("schedule")),
                http(allocator.getConfig("http")),
                retention(allocator.getConfig("retention")),
                allocator.getInt("top-skus"));
    }

    /** The same under another name: for several allocators in one process. */
    public AllocatorSettings named(String other) {
        return new AllocatorSettings(
                other,
                planningThreads,
                settlingThreads,
                database,
                allocation,
                leader,
                settlement,
                stock,
                schedule,
                http,
                retention,
                topSkus);
    }

    /** The same with its API on another port; 0 takes any that is free. */
    public AllocatorSettings withHttpPort(int port) {
        return new AllocatorSettings(
                name,
                planningThreads,
                settlingThreads,
                database,
                allocation,
                leader,
                settlement,
                stock,
                schedule,
                http.at(port),
                retention,
                topSkus);
    }

    /** One connection for each thread that needs one. */
    private static DatabaseSettings database(Config config, int connections) {
        return new DatabaseSettings(
                config.getString("url"), config.getString("user"), config.getString("password"), connections);
    }

    private static AllocationSettings allocation(Config config) {
        return new AllocationSettings(
                config.getDuration("horizon"),
                config.getDuration("least-horizon"),
                config.getInt("fairness"),
                config.getLong("least-units"),
                config.getLong("units-per-slot"),
                config.getInt("most-slots"));
    }

    private static LeaderSettings leader(Config config) {
        return new LeaderSettings(
                config.getDuration("sweep"),
                config.getDuration("pace"),
                config.getDuration("patience"),
                config.getDuration("resend"),
                config.getInt("batch-skus"),
                config.getInt("batches"),
                config.getInt("transaction-skus"),
                config.getDuration("join-grace"),
                config.getDuration("need-life"),
                config.getDuration("ceilings-wait"),
                config.getDuration("announce-wait"),
                config.getDuration("reconnect"),
                config.getDuration("unreachable-after"),
                config.getBoolean("levelling"),
                config.getDuration("levelling-interval"),
                config.getInt("levelling-moves"));
    }

    private static SettlementSettings settlement(Config config) {
        Config window = config.getConfig("id-window");
        return new SettlementSettings(
                config.getInt("batch-records"),
                config.getInt("batch-rows"),
                config.getBytes("read-ahead-bytes"),
                config.getDuration("pause"),
                config.getDuration("read-pause"),
                config.getDuration("read-wait"),
                config.getDuration("retry-pause"),
                config.getDuration("alarm-pause"),
                new IdWindow(
                        window.getDuration("age"),
                        window.getLong("ids"),
                        window.getLong("mark-ids"),
                        window.getDuration("mark-age")));
    }

    private static ScheduleSettings schedule(Config config) {
        return new ScheduleSettings(
                config.getInt("threads"),
                config.getDuration("poll"),
                config.getDuration("heartbeat"),
                config.getInt("missed-heartbeats"),
                config.getDuration("retry"),
                config.getDuration("ahead"),
                config.getInt("history-runs"));
    }

    private static HttpSettings http(Config config) {
        return new HttpSettings(
                config.getString("host"),
                config.getInt("port"),
                config.getString("advertised-host"),
                config.getInt("advertised-port"),
                config.getInt("threads"));
    }

    private static RetentionSettings retention(Config config) {
        return new RetentionSettings(config.getDuration("history"), config.getDuration("pause"));
    }

    private static StockUpdateSettings stock(Config config) {
        return new StockUpdateSettings(
                config.getInt("batch-updates"),
                config.getDuration("read-wait"),
                config.getDuration("announce-wait"),
                config.getDuration("retry-pause"));
    }
}
