// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * All services that Granary needs, under one folder.
 *
 * <pre>{@code
 * try (BackingServices services = BackingServices.at(Path.of("data"))
 *         .rocketMq(RocketMqOptions.defaults().withTopic("stock-log", 8))
 *         .start()) {
 *     connect(services.zooKeeperConnectString(), services.nameServerAddress(), services.database());
 * }
 * }</pre>
 *
 * <p>A folder that was used before is started with its data. Each service can be one that runs elsewhere; then it is not
 * started here. Thread-safe.
 */
public final class BackingServices implements AutoCloseable {
    private final String zooKeeperConnectString;
    private final String nameServerAddress;
    private final DatabaseAddress database;
    private final @Nullable ZooKeeperProcess zooKeeper;
    private final @Nullable NameServerProcess nameServer;
    private final @Nullable BrokerProcess broker;
    private final @Nullable MariaDbProcess mariaDb;
    private final ImmutableList<BackingProcess> processes;

    private BackingServices(Builder builder) {
        ImmutableList.Builder<BackingProcess> own = ImmutableList.builder();
        if (builder.externalZooKeeper == null) {
            zooKeeper = new ZooKeeperProcess(builder.directory.resolve("zookeeper"), builder.zooKeeper);
            zooKeeperConnectString = zooKeeper.connectString();
            own.add(zooKeeper);
        } else {
            zooKeeper = null;
            zooKeeperConnectString = builder.externalZooKeeper;
        }
        if (builder.externalDatabase == null) {
            mariaDb = new MariaDbProcess(builder.directory.resolve("mariadb"), builder.mariaDb);
            database = mariaDb.address();
            own.add(mariaDb);
        } else {
            mariaDb = null;
            database = builder.externalDatabase;
        }
        if (builder.externalNameServer == null) {
            nameServer = new NameServerProcess(builder.directory.resolve("nameserver"), builder.rocketMq);
            broker = new BrokerProcess(builder.directory.resolve("broker"), builder.rocketMq, nameServer);
            nameServerAddress = nameServer.address();
            own.add(nameServer).add(broker);
        } else {
            nameServer = null;
            broker = null;
            nameServerAddress = builder.externalNameServer;
        }
        processes = own.build();
    }

    /** Services with their data in this folder, by default all of them, with default options. */
    public static Builder at(Path directory) {
        return new Builder(directory);
    }

    private BackingServices start() {
        // One thread each: what a start does is mostly waiting.
        ExecutorService starters = Executors.newFixedThreadPool(Math.max(1, processes.size()));
        try {
            CompletableFuture.allOf(processes.stream()
                            .map(process -> CompletableFuture.runAsync(process::start, starters))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
            return this;
        } catch (CompletionException e) {
            kill();
            throw new BackingServiceException("backing services: not all started (expected: all)", e);
        } finally {
            starters.shutdown();
        }
    }

    /** {@code host:port,…} for Curator and ZooKeeper's own client. */
    public String zooKeeperConnectString() {
        return zooKeeperConnectString;
    }

    /** {@code host:port} for RocketMQ's clients. */
    public String nameServerAddress() {
        return nameServerAddress;
    }

    /** Where the database is. */
    public DatabaseAddress database() {
        return database;
    }

    /** @throws IllegalStateException if ZooKeeper runs elsewhere */
    public ZooKeeperProcess zooKeeper() {
        return own("ZooKeeper", zooKeeper);
    }

    /** @throws IllegalStateException if RocketMQ runs elsewhere */
    public NameServerProcess nameServer() {
        return own("RocketMQ", nameServer);
    }

    /** @throws IllegalStateException if RocketMQ runs elsewhere */
    public BrokerProcess broker() {
        return own("RocketMQ", broker);
    }

    /** @throws IllegalStateException if the database runs elsewhere */
    public MariaDbProcess mariaDb() {
        return own("database", mariaDb);
    }

    private static <P> P own(String what, @Nullable P process) {
        if (process == null) {
            throw new IllegalStateException(what + ": external (expected: started here)");
        }
        return process;
    }

    /** The processes started here. */
    public List<BackingProcess> processes() {
        return processes;
    }

    /** Kills all processes started here at once. For data that nobody wants any more, and for drastic tests. */
    public void kill() {
        processes.forEach(BackingProcess::kill);
    }

    /** Stops the processes started here, last one first. What they have confirmed is kept. */
    @Override
    public void close() {
        Lists.reverse(processes).forEach(BackingProcess::close);
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private ZooKeeperOptions zooKeeper = ZooKeeperOptions.defaults();
        private RocketMqOptions rocketMq = RocketMqOptions.defaults();
        private MariaDbOptions mariaDb = MariaDbOptions.defaults();
        private @Nullable String externalZooKeeper;
        private @Nullable String externalNameServer;
        private @Nullable DatabaseAddress externalDatabase;

        private Builder(Path directory) {
            this.directory = directory;
        }

        public Builder zooKeeper(ZooKeeperOptions options) {
            zooKeeper = options;
            return this;
        }

        public Builder rocketMq(RocketMqOptions options) {
            rocketMq = options;
            return this;
        }

        public Builder mariaDb(MariaDbOptions options) {
            mariaDb = options;
            return this;
        }

        /** Use this ZooKeeper instead of starting one. */
        public Builder externalZooKeeper(String connectString) {
            externalZooKeeper = connectString;
            return this;
        }

        /** Use this RocketMQ instead of starting one; its topics must exist. */
        public Builder externalNameServer(String address) {
            externalNameServer = address;
            return this;
        }

        /** Use this database instead of starting one. */
        public Builder externalDatabase(DatabaseAddress address) {
            externalDatabase = address;
            return this;
        }

        /**
         * Starts everything, at once where it can be, and returns when all of it serves.
         *
         * @throws BackingServiceException if something does not come up; then nothing is left running
         */
        public BackingServices start() {
            return new BackingServices(this).start();
        }
    }
}
