// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import com.google.common.util.concurrent.MoreExecutors;
import io.granary.log.Append;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;

/**
 * Appends to queues: each record is a message of its own, not compressed, sent once. Sending again is the caller's, who
 * alone knows what may be said twice.
 */
final class Appender {
    private final RocketMqLogSettings settings;
    private final DefaultMQProducer producer;

    Appender(RocketMqLogSettings settings, String group, String instance) {
        this.settings = settings;
        producer = new DefaultMQProducer(group);
        producer.setNamesrvAddr(settings.nameServer());
        producer.setInstanceName(instance);
        producer.setVipChannelEnabled(false);
        producer.setRetryTimesWhenSendFailed(0);
        producer.setRetryTimesWhenSendAsyncFailed(0);
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.setSendMsgTimeout((int) settings.sendTimeout().toMillis());
    }

    void start() throws MQClientException {
        Transport.decodeOnItsOwnThread(producer);
        producer.start();
        // Answers are told on the transport's thread: one hop less, and all that is done there is to complete a future.
        producer.setCallbackExecutor(MoreExecutors.newDirectExecutorService());
    }

    void stop() {
        producer.shutdown();
    }

    /** Blocks. */
    List<MessageQueue> queues() throws MQClientException {
        return producer.fetchPublishMessageQueues(settings.topic());
    }

    CompletableFuture<Append> append(MessageQueue queue, byte[] body) {
        CompletableFuture<Append> result = new CompletableFuture<>();
        long millis = settings.sendTimeout().toMillis();
        try {
            producer.send(
                    new Message(queue.getTopic(), body),
                    queue,
                    new SendCallback() {
                        @Override
                        public void onSuccess(SendResult sent) {
                            result.complete(
                                    sent.getSendStatus() == SendStatus.SEND_OK
                                            ? new Append.Stored(sent.getQueueOffset())
                                            : new Append.Unconfirmed("" + sent.getSendStatus()));
                        }

                        @Override
                        public void onException(Throwable fault) {
                            result.complete(unconfirmed(fault));
                        }
                    },
                    millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.complete(unconfirmed(e));
        } catch (MQClientException | RemotingException | RuntimeException e) {
            result.complete(unconfirmed(e));
        }
        return result.completeOnTimeout(
                new Append.Unconfirmed("no answer in " + millis + " ms"), millis, TimeUnit.MILLISECONDS);
    }

    private static Append unconfirmed(Throwable fault) {
        return new Append.Unconfirmed(fault.toString());
    }
}
