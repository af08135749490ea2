// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import static io.granary.backing.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;

/** One queue, to write and to read. */
final class Lane implements AutoCloseable {
    private final DefaultMQProducer producer = new DefaultMQProducer("test-producer");
    private final String nameServer;
    private final MessageQueue queue;

    Lane(String nameServer, String topic, int queueId) throws MQClientException {
        this.nameServer = nameServer;
        this.queue = new MessageQueue(topic, "broker", queueId);
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName(UUID.randomUUID().toString());
        producer.start();
    }

    SendResult send(String text) throws Exception {
        return producer.send(new Message(queue.getTopic(), text.getBytes(UTF_8)), queue);
    }

    /** Sends again and again until the broker has it; gives its offset. */
    long sendUntilStored(String text) {
        return await().atMost(Patience.of(Duration.ofSeconds(30)))
                .ignoreExceptionsMatching(e -> e instanceof RemotingException
                        || e instanceof MQClientException
                        || e instanceof MQBrokerException)
                .until(() -> send(text), sent -> sent.getSendStatus() == SendStatus.SEND_OK)
                .getQueueOffset();
    }

    /** The texts from this offset on, waiting until there are so many. */
    List<String> readFrom(long offset, int count) throws MQClientException {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("test-consumer");
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName(UUID.randomUUID().toString());
        consumer.setAutoCommit(false);
        consumer.start();
        try {
            consumer.assign(List.of(queue));
            consumer.seek(queue, offset);
            List<String> texts = new ArrayList<>();
            await().atMost(Patience.of(Duration.ofSeconds(30))).until(() -> {
                consumer.poll(1_000).forEach(message -> texts.add(new String(message.getBody(), UTF_8)));
                return texts.size() >= count;
            });
            return texts;
        } finally {
            consumer.shutdown();
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
