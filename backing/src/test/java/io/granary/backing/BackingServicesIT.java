// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static io.granary.backing.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

class BackingServicesIT {
    private final BackingServices services = SharedBacking.services();

    @Test
    void aMessageSentIsReadBack() throws Exception {
        services.broker().createTopic("read-back", 3);
        try (Lane lane = new Lane(services.nameServerAddress(), "read-back", 2)) {
            SendResult sent = lane.send("first");

            assertThat(sent.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThat(lane.readFrom(sent.getQueueOffset(), 1)).containsExactly("first");
        }
    }

    @Test
    void aTopicIsCreatedOnceAndGrows() throws Exception {
        services.broker().createTopic("grows", 1);
        services.broker().createTopic("grows", 1);
        services.broker().createTopic("grows", 4);
        try (Lane last = new Lane(services.nameServerAddress(), "grows", 3)) {
            assertThat(last.send("in the last queue").getQueueOffset()).isZero();
        }
    }

    @Test
    void aKilledBrokerComesBackWithItsMessagesAndOffsets() throws Exception {
        services.broker().createTopic("killed", 1);
        try (Lane lane = new Lane(services.nameServerAddress(), "killed", 0)) {
            for (int i = 0; i < 100; i++) {
                assertThat(lane.send("before " + i).getQueueOffset()).isEqualTo(i);
            }

            services.broker().kill();
            services.broker().start();

            assertThat(lane.sendUntilStored("after")).isEqualTo(100);
            assertThat(lane.readFrom(0, 101))
                    .hasSize(101)
                    .startsWith("before 0")
                    .endsWith("before 99", "after");
        }
    }

    @Test
    void aBrokerClosedInOrderComesBackWithItsMessagesAndOffsets() throws Exception {
        services.broker().createTopic("closed", 1);
        try (Lane lane = new Lane(services.nameServerAddress(), "closed", 0)) {
            lane.send("before");

            services.broker().restart();

            assertThat(lane.sendUntilStored("after")).isEqualTo(1);
            assertThat(lane.readFrom(0, 2)).containsExactly("before", "after");
        }
    }

    @Test
    void aBrokerServesOnWithoutItsNameServerAndIsKnownAgainAfterwards() throws Exception {
        services.broker().createTopic("nameless", 1);
        try (Lane lane = new Lane(services.nameServerAddress(), "nameless", 0)) {
            lane.send("with");
            services.nameServer().kill();
            assertThat(lane.send("without").getQueueOffset()).isEqualTo(1);
            services.nameServer().start();
        }
        await().atMost(Patience.of(Duration.ofSeconds(30)))
                .ignoreExceptionsInstanceOf(BackingServiceException.class)
                .until(() -> {
                    services.broker().createTopic("nameless", 1);
                    return true;
                });
        try (Lane lane = new Lane(services.nameServerAddress(), "nameless", 0)) {
            assertThat(lane.sendUntilStored("with again")).isEqualTo(2);
        }
    }

    @Test
    @SuppressWarnings("try") // ZooKeeper.close() may be interrupted.
    void zooKeeperKeepsWhatItWasTold() throws Exception {
        try (ZooKeeper client = new ZooKeeper(services.zooKeeperConnectString(), 10_000, event -> {})) {
            client.create("/kept", "value".getBytes(UTF_8), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
        services.zooKeeper().kill();
        services.zooKeeper().start();
        try (ZooKeeper client = new ZooKeeper(services.zooKeeperConnectString(), 1_000, event -> {})) {
            assertThat(new String(client.getData("/kept", false, null), UTF_8)).isEqualTo("value");
            assertThat(client.getSessionTimeout()).isEqualTo(1_000);
        }
    }

    @Test
    void databaseEnforcesChecksComparesBytesAndSurvivesAKill() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE kept (name VARCHAR(20) PRIMARY KEY, quantity BIGINT, CHECK (quantity >= 0))");
            statement.execute("INSERT INTO kept VALUES ('a', 1), ('A', 0)");
            assertThatThrownBy(() -> statement.execute("UPDATE kept SET quantity = quantity - 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("CONSTRAINT");
        }
        services.mariaDb().kill();
        services.mariaDb().start();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT SUM(quantity), 'a' = 'A' FROM kept")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).isEqualTo(1);
            assertThat(rows.getBoolean(2)).isFalse();
        }
    }

    @Test
    void databaseLetsInNobodyElse() {
        String url = services.database().url();
        assertThatThrownBy(() -> DriverManager.getConnection(url, "granary", "wrong"))
                .hasMessageContaining("denied");
        assertThatThrownBy(() -> DriverManager.getConnection(url, "root", "")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> DriverManager.getConnection(url, "", "")).isInstanceOf(SQLException.class);
    }

    private Connection connect() throws SQLException {
        DatabaseAddress database = services.database();
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }

    @Test
    void aPausedProcessIsSilentUntilItIsResumed() {
        int port = services.zooKeeper().port();
        services.zooKeeper().pause();
        try {
            assertThat(Probes.answers(port, "srvr", "Zookeeper version")).isFalse();
            assertThat(services.zooKeeper().isAlive()).isTrue();
        } finally {
            services.zooKeeper().resume();
        }
        assertThat(Probes.answers(port, "srvr", "Zookeeper version")).isTrue();
    }

    @Test
    void aPausedProcessCanBeKilledAndClosed() {
        services.zooKeeper().pause();
        services.zooKeeper().kill();
        services.zooKeeper().start();
        services.zooKeeper().pause();
        services.zooKeeper().restart();

        assertThat(Probes.answers(services.zooKeeper().port(), "srvr", "Zookeeper version"))
                .isTrue();
    }

    @Test
    void nobodyOutsideThisMachineIsServed() throws Exception {
        List<InetAddress> outside = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .toList();
        int brokerPort = services.broker().port();
        List<Integer> ports = Stream.concat(
                        services.processes().stream().map(BackingProcess::port),
                        // The broker's fast port, and where RocketMQ's replication would listen.
                        Stream.of(brokerPort - 2, brokerPort + 1))
                .toList();
        for (InetAddress address : outside) {
            for (int port : ports) {
                assertThatThrownBy(() -> open(address, port)).isInstanceOf(java.net.ConnectException.class);
            }
        }
        assertThat(Probes.accepts(brokerPort - 2)).isTrue();
        assertThat(Probes.accepts(brokerPort + 1)).isFalse();
    }

    private static void open(InetAddress address, int port) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 1_000);
        }
    }

    @Test
    void aRunningProcessIsNotStartedAgain() {
        assertThatThrownBy(() -> services.zooKeeper().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("zookeeper: running (expected: not running)");
    }
}
