// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.topic.TopicValidator;

/**
 * RocketMQ's broker: a message is on disk before it is acknowledged.
 *
 * <p>Closing it skips RocketMQ's own farewell, which takes 9 s; only consumer offsets, which it else writes every 5 s, are
 * written. {@link #kill()} loses those, never a message.
 */
public final class BrokerProcess extends JavaProcess {
    /** RocketMQ's "fast" port, which it counts from the other one. */
    private static final int PORTS_BELOW = 2;

    private final RocketMqOptions options;
    private final NameServerProcess nameServer;
    private final int port;

    /** Prepares a broker; nothing happens before {@link #start()}, which waits for the name server. */
    public BrokerProcess(Path directory, RocketMqOptions options, NameServerProcess nameServer) {
        super("broker", directory, Duration.ofSeconds(5), BrokerMain.class.getName());
        this.options = options;
        this.nameServer = nameServer;
        this.port = options.brokerPort() == 0 ? FreePorts.free(PORTS_BELOW) : options.brokerPort();
    }

    @Override
    JavaCommand jvm(Path temporary) {
        JavaCommand command = RocketMqJvm.command(directory(), options.heapMib(), temporary)
                .option("-XX:MaxDirectMemorySize=" + options.heapMib() + "m")
                .property("rocketmq.broker.diskSpaceWarningLevelRatio", "0.98")
                .property("rocketmq.broker.diskSpaceCleanForciblyRatio", "0.97");
        options.brokerJvm().forEach(command::option);
        return command;
    }

    @Override
    List<String> arguments() throws IOException {
        Files.deleteIfExists(readyFile());
        Path settings = directory().resolve("broker.properties");
        Files.write(
                settings,
                settings().entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
        Stream<String> topics = options.topics().stream().map(topic -> topic.name() + "=" + topic.queues());
        return Stream.concat(Stream.of(settings.toString(), readyFile().toString()), topics)
                .toList();
    }

    private ImmutableMap<String, String> settings() {
        Path store = directory().resolve("store");
        return ImmutableMap.<String, String>builder()
                .put("namesrvAddr", nameServer.address())
                .put("brokerName", "broker")
                .put("brokerClusterName", "granary")
                .put("bindAddress", "127.0.0.1")
                .put("brokerIP1", "127.0.0.1")
                .put("brokerIP2", "127.0.0.1")
                .put("listenPort", Integer.toString(port))
                .put("storePathRootDir", Folders.slashes(store))
                .put("storePathCommitLog", Folders.slashes(store.resolve("commitlog")))
                .put("autoCreateTopicEnable", "false")
                // As often as it can be: a name server that was restarted knows nothing until then.
                .put("registerNameServerPeriod", "10000")
                // Durability: on disk before SEND_OK, and nothing deleted because the disk is full.
                .put("flushDiskType", "SYNC_FLUSH")
                .put("cleanFileForciblyEnable", "false")
                .put("fileReservedTime", Integer.toString(options.retentionHours()))
                .put("diskMaxUsedSpaceRatio", "95")
                // Waiting beats shedding: the sender gives up by its own deadline.
                .put("waitTimeMillsInSendQueue", "5000")
                .put("mappedFileSizeCommitLog", Integer.toString(options.commitLogFileMib() << 20))
                .put("mappedFileSizeConsumeQueue", "600000")
                // Appending by write() instead of touching fresh mapped pages: those faults wait for the file system's
                // journal, which syncing keeps busy, up to 60 ms for records above some 20 KB.
                .put("writeWithoutMmap", "true")
                .put("sharedByteBufferNum", "2")
                // A read gets as many records as it asks for: a takeover reads long stretches.
                .put("maxTransferBytesOnMessageInMemory", "2097152")
                .put("maxTransferCountOnMessageInMemory", "4096")
                .put("maxTransferBytesOnMessageInDisk", "2097152")
                .put("maxTransferCountOnMessageInDisk", "4096")
                // What Granary does not use.
                .put("popConsumerFSServiceInit", "false")
                .put("timerWheelEnable", "false")
                .put("messageIndexEnable", "false")
                .put("enableCompaction", "false")
                .putAll(options.brokerSettings())
                .buildKeepingLast();
    }

    private Path readyFile() {
        return directory().resolve("ready");
    }

    @Override
    protected boolean isReady() {
        return Files.exists(readyFile());
    }

    @Override
    public int port() {
        return port;
    }

    /** {@code host:port} of the broker itself; clients want {@link NameServerProcess#address()}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /**
     * Makes a topic exist, readable and writable, with this many queues. Known to the name server when the call returns, and
     * kept over restarts. Never lower the number of queues of a topic in use.
     *
     * @throws BackingServiceException if broker or name server do not answer
     */
    @SuppressWarnings(
            "deprecation") // Its successor is the administration tool, which brings jars that nothing else needs.
    public void createTopic(String name, int queues) {
        TopicSpec topic = new TopicSpec(name, queues);
        DefaultMQProducer producer = new DefaultMQProducer("granary-backing");
        producer.setNamesrvAddr(nameServer.address());
        producer.setInstanceName("create-" + topic.name());
        producer.setVipChannelEnabled(false);
        try {
            producer.start();
            // Goes to the brokers that have the topic named first; every broker has the self-test topic.
            producer.createTopic(TopicValidator.RMQ_SYS_SELF_TEST_TOPIC, topic.name(), topic.queues(), null);
        } catch (MQClientException e) {
            throw new BackingServiceException("cannot create " + topic, e);
        } finally {
            producer.shutdown();
        }
    }
}
