// SPDX-License-Identifier: Apache-2.0
package io.granary.node;

import com.typesafe.config.Config;
import io.granary.config.Check;
import io.granary.metrics.HttpAddress;
import io.granary.node.lane.LaneSettings;
import io.granary.registry.NodeEntry;
import java.time.Duration;

/**
 * How a partition node runs. Immutable; {@code reference.conf} says what each setting means.
 *
 * @param name the node's name, 1 to 64 letters, digits, dots, underscores and hyphens; each start adds letters of its own
 * @param host the address to bind
 * @param port the port to bind; 0 takes any that is free
 * @param advertisedHost the host that clients and the leader connect to
 * @param advertisedPort the port that they connect to; 0 if it is the one bound
 * @param http where it answers those who watch it
 * @param readyWithin a record that is under way for longer makes the node not ready
 * @param queueMaxEntries requests that may wait to be looked at; beyond it they are THROTTLED
 */
public record NodeSettings(
        String name,
        String host,
        int port,
        String advertisedHost,
        int advertisedPort,
        HttpAddress http,
        Duration readyWithin,
        int queueMaxEntries,
        LaneSettings lane) {
    /**
     * @throws IllegalArgumentException if a value is out of its range
     */
    public NodeSettings {
        Check.require(NodeEntry.isName(name), "name", name, NodeEntry.NAMES);
        Check.notBlank("host", host);
        Check.range("port", port, 0, 65_535);
        Check.notBlank("advertised-host", advertisedHost);
        Check.range("advertised-port", advertisedPort, 0, 65_535);
        Check.range("ready-within", readyWithin, Duration.ofMillis(100), Duration.ofHours(1));
        Check.range("queue-max-entries", queueMaxEntries, 4_096, 100_000_000);
    }

    /** Reads {@code granary.node} of the configuration. */
    public static NodeSettings of(Config config) {
        Config node = config.getConfig("granary.node");
        return new NodeSettings(
                node.getString("name"),
                node.getString("host"),
                node.getInt("port"),
                node.getString("advertised-host"),
                node.getInt("advertised-port"),
                HttpAddress.of(node.getConfig("http")),
                node.getDuration("ready-within"),
                node.getInt("queue-max-entries"),
                new LaneSettings(
                        Math.toIntExact(node.getBytes("record-max-bytes")),
                        node.getInt("backlog-max-entries"),
                        node.getDuration("id-window"),
                        node.getLong("id-window-max-ids"),
                        idMemory(node.getBytes("id-memory"))));
    }

    private static long idMemory(long bytes) {
        return bytes == 0 ? LaneSettings.halfOfTheHeap() : bytes;
    }

    /** The same under another name, on any free port and reached there: for several nodes in one process. */
    public NodeSettings named(String other) {
        return new NodeSettings(other, host, 0, advertisedHost, 0, http.anyPort(), readyWithin, queueMaxEntries, lane);
    }
}
