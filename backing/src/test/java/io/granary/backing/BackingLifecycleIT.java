// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static io.granary.backing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackingLifecycleIT {
    @TempDir
    private Path folder;

    @Test
    void aFolderUsedBeforeIsStartedWithItsData() throws Exception {
        BackingServices.Builder builder = BackingServices.at(folder)
                .rocketMq(RocketMqOptions.defaults().withTopic("kept", 2))
                .mariaDb(MariaDbOptions.defaults().withPassword("other"));
        try (BackingServices services = builder.start();
                Lane lane = new Lane(services.nameServerAddress(), "kept", 1)) {
            lane.send("kept");
            execute(services.database(), "CREATE TABLE kept (id INT PRIMARY KEY)");
        }
        try (BackingServices services = builder.start();
                Lane lane = new Lane(services.nameServerAddress(), "kept", 1)) {
            assertThat(lane.send("next").getQueueOffset()).isEqualTo(1);
            assertThat(lane.readFrom(0, 2)).containsExactly("kept", "next");
            execute(services.database(), "INSERT INTO kept VALUES (1)");
        }
    }

    private static void execute(DatabaseAddress database, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void externalServicesAreNotStarted() {
        try (BackingServices services = BackingServices.at(folder)
                .externalZooKeeper("zk:2181")
                .externalNameServer("mq:9876")
                .externalDatabase(new DatabaseAddress("jdbc:mysql://db/granary", "u", "p"))
                .start()) {
            assertThat(services.processes()).isEmpty();
            assertThat(services.zooKeeperConnectString()).isEqualTo("zk:2181");
            assertThat(services.nameServerAddress()).isEqualTo("mq:9876");
            assertThat(services.database().url()).isEqualTo("jdbc:mysql://db/granary");
            assertThatThrownBy(services::broker)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("RocketMQ: external (expected: started here)");
        }
    }

    @Test
    void whenOneServiceFailsToStartNoneIsLeft() {
        BackingServices.Builder builder = BackingServices.at(folder)
                .externalNameServer("mq:9876")
                .mariaDb(MariaDbOptions.defaults().withServerArgument("--no-such-argument"));

        assertThatThrownBy(builder::start)
                .isInstanceOf(BackingServiceException.class)
                .hasStackTraceContaining("mariadb: ended with status")
                .hasStackTraceContaining("no-such-argument");
        assertThat(ProcessHandle.current().descendants().map(ProcessHandle::pid).filter(this::uses))
                .isEmpty();
    }

    @Test
    void aNameServerThatHangsUpIsAskedAgain() throws Exception {
        RocketMqOptions options = RocketMqOptions.defaults().withPorts(FreePorts.free(), 0);
        ExecutorService starter = Executors.newSingleThreadExecutor();
        try (NameServerProcess nameServer = new NameServerProcess(folder.resolve("nameserver"), options);
                BrokerProcess broker = new BrokerProcess(folder.resolve("broker"), options, nameServer)) {
            Future<?> started;
            try (ServerSocket rude = new ServerSocket(nameServer.port(), 50, InetAddress.getLoopbackAddress())) {
                rude.setSoTimeout((int) Patience.of(Duration.ofMinutes(1)).toMillis());
                started = starter.submit(broker::start);
                for (int calls = 0; calls < 20; calls++) {
                    rude.accept().close();
                }
            }
            nameServer.start();
            started.get(1, TimeUnit.MINUTES);
        } finally {
            starter.shutdown();
        }
    }

    private boolean uses(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().commandLine())
                .filter(line -> line.contains(folder.toString()))
                .isPresent();
    }

    /** As of a node that dies with 10,000 SKUs of 4 slots: their paths are 2.6 MB. */
    @Test
    void aSessionWithFortyThousandEntriesEndsAndZooKeeperStartsAgain() throws Exception {
        try (ZooKeeperProcess server = new ZooKeeperProcess(folder, ZooKeeperOptions.defaults())) {
            server.start();
            ZooKeeper node = connect(server);
            List<Op> operations = new ArrayList<>();
            for (int entry = 0; entry < 40_000; entry++) {
                operations.add(Op.create(
                        "/" + "p".repeat(60) + entry, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL));
                if (operations.size() == 500) {
                    node.multi(operations);
                    operations.clear();
                }
            }
            node.close();
            server.kill();
            server.start();
            ZooKeeper reader = connect(server);
            assertThat(reader.getChildren("/", false)).containsExactly("zookeeper");
            reader.close();
        }
    }

    private static ZooKeeper connect(ZooKeeperProcess server) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(server.connectString(), 30_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        assertThat(connected.await(Patience.seconds(30), TimeUnit.SECONDS)).isTrue();
        return client;
    }

    @Test
    void noServiceOutlivesAParentThatIsKilledNotEvenAPausedOne() throws Exception {
        Path pids = folder.resolve("pids");
        Process parent = new ProcessBuilder(new JavaCommand(128, folder)
                        .main(
                                ourClassPath(),
                                ParentProgram.class.getName(),
                                folder.resolve("data").toString(),
                                pids.toString()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(folder.resolve("parent.log").toFile()))
                .start();
        try {
            await().atMost(Patience.of(Duration.ofSeconds(60))).until(() -> Files.exists(pids));
            List<Long> services = Splitter.on('\n')
                    .omitEmptyStrings()
                    .splitToStream(Files.readString(pids))
                    .map(Long::parseLong)
                    .toList();
            assertThat(services).hasSize(4).allMatch(BackingLifecycleIT::exists);

            parent.destroyForcibly();

            await().until(() -> services.stream().noneMatch(BackingLifecycleIT::exists));
        } finally {
            parent.destroyForcibly();
        }
    }

    private static List<Path> ourClassPath() {
        return Splitter.on(File.pathSeparatorChar)
                .splitToStream(System.getProperty("java.class.path"))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList();
    }

    private static boolean exists(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
}
