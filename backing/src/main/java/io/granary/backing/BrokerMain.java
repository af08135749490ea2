// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import com.google.common.base.Splitter;
import java.lang.reflect.Field;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.broker.BrokerStartup;
import org.apache.rocketmq.broker.out.BrokerOuterAPI;
import org.apache.rocketmq.broker.topic.TopicConfigManager;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.common.ServiceThread;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.common.topic.TopicValidator;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.jspecify.annotations.Nullable;

/**
 * Runs RocketMQ's broker in a JVM of its own.
 *
 * <p>Unlike RocketMQ's {@code main} it ensures topics before it registers, waits for the name server instead of trying again
 * after 10 s, tells when it serves, and stops fast.
 */
final class BrokerMain {
    private static final int ATTEMPTS = 1_500;
    private static final int INTERVAL_MILLIS = 20;
    private static final int REGISTRATION_TIMEOUT_MILLIS = 5_000;

    private BrokerMain() {}

    /** @param arguments the file of settings, the file to write when ready, then {@code topic=queues} */
    public static void main(String[] arguments) {
        try {
            run(
                    Path.of(arguments[0]),
                    Path.of(arguments[1]),
                    Arrays.asList(arguments).subList(2, arguments.length));
        } catch (Throwable e) {
            e.printStackTrace();
            // The broker has threads that keep the JVM alive.
            Runtime.getRuntime().halt(1);
        }
    }

    private static void run(Path settings, Path readyFile, List<String> topics) throws Exception {
        BrokerController broker = BrokerStartup.buildBrokerController(
                BrokerStartup.parseCmdLine(new String[] {"-c", settings.toString()}));
        if (!broker.initialize()) {
            throw new IllegalStateException("broker: not initialized (expected: initialized), see its log");
        }
        stopTransactionMetrics(broker);
        Map<String, String> queuesByTopic =
                Splitter.on(' ').omitEmptyStrings().withKeyValueSeparator('=').split(String.join(" ", topics));
        queuesByTopic.forEach((name, queues) -> ensure(broker.getTopicConfigManager(), name, Integer.parseInt(queues)));
        awaitNameServer(broker.getBrokerConfig().getNamesrvAddr());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> persist(broker), "persist"));
        BrokerStartup.start(broker);
        register(broker);
        Files.createFile(readyFile);
    }

    /**
     * Until the name server knows the broker. Starting a broker registers it with the name servers that it has found by
     * then, which may be none, and again after 10 s. A name server that has just begun may hang up.
     */
    private static void register(BrokerController broker) throws Exception {
        for (int attempt = 1; ; attempt++) {
            Exception missing = whyNotRegistered(broker.getBrokerOuterAPI());
            if (missing == null) {
                return;
            }
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException(
                        "broker: not registered (expected: registered with the name server)", missing);
            }
            Thread.sleep(INTERVAL_MILLIS);
            broker.registerBrokerAll(true, false, true);
        }
    }

    /** Null if the name server knows the broker. */
    private static @Nullable Exception whyNotRegistered(BrokerOuterAPI nameServers) throws Exception {
        try {
            nameServers.getTopicRouteInfoFromNameServer(
                    TopicValidator.RMQ_SYS_SELF_TEST_TOPIC, REGISTRATION_TIMEOUT_MILLIS, false);
            return null;
        } catch (RemotingException e) {
            return e;
        } catch (MQBrokerException e) {
            if (e.getResponseCode() == ResponseCode.TOPIC_NOT_EXIST) {
                return e;
            }
            throw e;
        }
    }

    /**
     * RocketMQ 5.5.0 burns a whole core through its first 10 s waiting to write the metrics of transactions
     * (apache/rocketmq#10515). Granary has no transactions of that kind, and nothing else stops that thread.
     */
    private static void stopTransactionMetrics(BrokerController broker) throws ReflectiveOperationException {
        Field service = BrokerController.class.getDeclaredField("transactionMetricsFlushService");
        service.setAccessible(true);
        ((ServiceThread) service.get(broker)).shutdown();
    }

    private static void ensure(TopicConfigManager topics, String name, int queues) {
        TopicConfig known = topics.selectTopicConfig(name);
        if (known == null || known.getWriteQueueNums() < queues) {
            topics.updateTopicConfig(new TopicConfig(name, queues, queues, PermName.PERM_READ | PermName.PERM_WRITE));
        }
    }

    private static void awaitNameServer(String address) throws Exception {
        List<String> hostAndPort = Splitter.on(':').splitToList(address);
        InetSocketAddress target = new InetSocketAddress(hostAndPort.get(0), Integer.parseInt(hostAndPort.get(1)));
        for (int attempt = 1; ; attempt++) {
            try (Socket socket = new Socket()) {
                socket.connect(target);
                return;
            } catch (ConnectException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(INTERVAL_MILLIS);
            }
        }
    }

    private static void persist(BrokerController broker) {
        broker.getConsumerOffsetManager().persist();
        broker.getTopicConfigManager().persist();
        broker.getMessageStore().flush();
    }
}
