// SPDX-License-Identifier: Apache-2.0
package io.granary.benchmarks.measure;

import io.granary.backing.BackingServices;
import java.util.Arrays;
import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** RocketMQ alone: one message after the other, each on disk before it is confirmed. Used by one thread. */
public final class BareSend implements AutoCloseable {
    private static final String TOPIC = "bare";
    private static final int WARM_UPS = 300;

    /** In µs. */
    public record Latency(double p50, double p99) {}

    private final DefaultMQProducer producer;
    private final MessageQueue queue;

    public BareSend(BackingServices backing) throws Exception {
        backing.broker().createTopic(TOPIC, 1);
        producer = new DefaultMQProducer("bench");
        producer.setNamesrvAddr(backing.nameServerAddress());
        producer.setVipChannelEnabled(false);
        producer.setRetryTimesWhenSendFailed(0);
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.start();
        List<MessageQueue> queues = producer.fetchPublishMessageQueues(TOPIC);
        queue = queues.get(0);
    }

    /** @param bytes of each message */
    public Latency measure(int bytes, double seconds) throws Exception {
        byte[] body = new byte[bytes];
        Arrays.fill(body, (byte) 1);
        Samples samples = Samples.of(
                () -> {
                    SendStatus status =
                            producer.send(new Message(TOPIC, body), queue).getSendStatus();
                    if (status != SendStatus.SEND_OK) {
                        throw new IllegalStateException("send: " + status + " (expected: SEND_OK)");
                    }
                },
                WARM_UPS,
                seconds);
        return new Latency(samples.micros(50), samples.micros(99));
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
