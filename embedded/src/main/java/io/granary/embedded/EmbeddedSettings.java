// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded;

import com.typesafe.config.Config;
import io.granary.config.Check;

/**
 * How all in one runs; {@code reference.conf} says what each setting means. Immutable.
 *
 * @param nodes 1 to 64 partition nodes
 * @param allocators 1 to 8
 * @param lanes 2 to 1,024 lanes of the stock log
 * @param startZooKeeper whether a ZooKeeper is started; if not, the one in {@code granary.registry} is used. Likewise
 *     RocketMQ ({@code granary.log}) and MariaDB ({@code granary.database})
 * @param ports 0 for any that is free
 */
public record EmbeddedSettings(
        int nodes,
        int allocators,
        int lanes,
        boolean startZooKeeper,
        boolean startRocketMq,
        boolean startMariaDb,
        Ports ports) {
    /** Where what is started here listens, on 127.0.0.1; 0 to 65,535. */
    public record Ports(int zooKeeper, int nameServer, int broker, int mariaDb, int http) {
        public Ports {
            Check.range("ports.zookeeper", zooKeeper, 0, 65_535);
            Check.range("ports.name-server", nameServer, 0, 65_535);
            Check.range("ports.broker", broker, 0, 65_535);
            Check.range("ports.mariadb", mariaDb, 0, 65_535);
            Check.range("ports.http", http, 0, 65_535);
        }
    }

    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public EmbeddedSettings {
        Check.range("nodes", nodes, 1, 64);
        Check.range("allocators", allocators, 1, 8);
        Check.range("lanes", lanes, 2, 1_024);
    }

    /** Reads {@code granary.embedded} of the configuration. */
    public static EmbeddedSettings of(Config config) {
        Config embedded = config.getConfig("granary.embedded");
        return new EmbeddedSettings(
                embedded.getInt("nodes"),
                embedded.getInt("allocators"),
                embedded.getInt("lanes"),
                embedded.getBoolean("start.zookeeper"),
                embedded.getBoolean("start.rocketmq"),
                embedded.getBoolean("start.mariadb"),
                new Ports(
                        embedded.getInt("ports.zookeeper"),
                        embedded.getInt("ports.name-server"),
                        embedded.getInt("ports.broker"),
                        embedded.getInt("ports.mariadb"),
                        embedded.getInt("ports.http")));
    }

    public EmbeddedSettings withNodes(int other) {
        return new EmbeddedSettings(other, allocators, lanes, startZooKeeper, startRocketMq, startMariaDb, ports);
    }

    public EmbeddedSettings withAllocators(int other) {
        return new EmbeddedSettings(nodes, other, lanes, startZooKeeper, startRocketMq, startMariaDb, ports);
    }
}
