// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;

/**
 * How to run RocketMQ: one name server and one broker that flushes to disk before it acknowledges.
 *
 * @param nameServerPort 0 for a free one
 * @param brokerPort 0 for a free one; the port two below it is used as well
 * @param heapMib heap of the broker's JVM, MiB; as much again is allowed for direct memory
 * @param commitLogFileMib size of one file of the commit log, 16 to 1024 MiB
 * @param retentionHours how long messages are kept at least. The broker never deletes younger ones, not even when the disk
 *     is full: then it refuses to write
 * @param topics exist when the broker has started
 * @param brokerSettings broker settings by RocketMQ's names, on top of ours
 * @param brokerJvm options for the broker's JVM, on top of ours
 */
public record RocketMqOptions(
        int nameServerPort,
        int brokerPort,
        int heapMib,
        int commitLogFileMib,
        int retentionHours,
        ImmutableList<TopicSpec> topics,
        ImmutableMap<String, String> brokerSettings,
        ImmutableList<String> brokerJvm) {
    public RocketMqOptions {
        Require.port("name server port", nameServerPort);
        Require.port("broker port", brokerPort);
        Require.between("heapMib", heapMib, 128, 65_536);
        Require.between("commitLogFileMib", commitLogFileMib, 16, 1_024);
        Require.between("retentionHours", retentionHours, 1, 24 * 365 * 10);
    }

    /** Free ports, 256 MiB, commit log files of 64 MiB, a year's retention, no topics. */
    public static RocketMqOptions defaults() {
        return new RocketMqOptions(0, 0, 256, 64, 24 * 365, ImmutableList.of(), ImmutableMap.of(), ImmutableList.of());
    }

    public RocketMqOptions withPorts(int newNameServerPort, int newBrokerPort) {
        return new RocketMqOptions(
                newNameServerPort,
                newBrokerPort,
                heapMib,
                commitLogFileMib,
                retentionHours,
                topics,
                brokerSettings,
                brokerJvm);
    }

    public RocketMqOptions withTopic(String name, int queues) {
        ImmutableList<TopicSpec> more = ImmutableList.<TopicSpec>builder()
                .addAll(topics)
                .add(new TopicSpec(name, queues))
                .build();
        return new RocketMqOptions(
                nameServerPort, brokerPort, heapMib, commitLogFileMib, retentionHours, more, brokerSettings, brokerJvm);
    }

    public RocketMqOptions withBrokerSetting(String key, String value) {
        ImmutableMap<String, String> more = ImmutableMap.<String, String>builder()
                .putAll(brokerSettings)
                .put(key, value)
                .buildKeepingLast();
        return new RocketMqOptions(
                nameServerPort, brokerPort, heapMib, commitLogFileMib, retentionHours, topics, more, brokerJvm);
    }

    public RocketMqOptions withBrokerJvm(List<String> jvmOptions) {
        return new RocketMqOptions(
                nameServerPort,
                brokerPort,
                heapMib,
                commitLogFileMib,
                retentionHours,
                topics,
                brokerSettings,
                ImmutableList.copyOf(jvmOptions));
    }
}
