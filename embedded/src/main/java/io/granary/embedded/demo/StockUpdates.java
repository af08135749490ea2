// SPDX-License-Identifier: Apache-2.0
package io.granary.embedded.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.granary.model.Sku;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends stock updates to the topic that the leader of the allocators reads, those of one SKU in order. Thread-safe. */
public final class StockUpdates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StockUpdates.class);
    private static final int TIMEOUT_MILLIS = 10_000;

    private final DefaultMQProducer producer;
    private final String topic;
    private final ObjectMapper json = new ObjectMapper();
    private final SelectMessageQueueByHash bySku = new SelectMessageQueueByHash();

    private StockUpdates(DefaultMQProducer producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /**
     * @param nameServer {@code host:port} of RocketMQ's name server
     * @throws IllegalStateException if RocketMQ can't be reached
     */
    public static StockUpdates open(String nameServer, String topic) {
        DefaultMQProducer producer = new DefaultMQProducer("granary-stock-updates");
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("stock-updates-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
        producer.setSendMsgTimeout(TIMEOUT_MILLIS);
        producer.setRetryTimesWhenSendAsyncFailed(0);
        producer.setVipChannelEnabled(false);
        try {
            producer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("RocketMQ at " + nameServer + " can't be used", e);
        }
        return new StockUpdates(producer, topic);
    }

    /**
     * Sends a restock. The future completes with whether it is stored for good; if not, it may be or not: send it again.
     *
     * @param updateId applied once, however often it is sent
     */
    public CompletableFuture<Boolean> restock(String updateId, Sku sku, long units) {
        ObjectNode update = json.createObjectNode();
        update.put("updateId", updateId);
        update.put("kind", "RESTOCK");
        update.put("sku", sku.code());
        update.put("units", units);
        try {
            return send(sku.code(), json.writeValueAsString(update));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object node is always JSON", e);
        }
    }

    /** Sends a text as it is, right or wrong. */
    public CompletableFuture<Boolean> send(String key, String body) {
        CompletableFuture<Boolean> stored = new CompletableFuture<>();
        Message message = new Message(topic, "", key, body.getBytes(StandardCharsets.UTF_8));
        try {
            producer.send(message, bySku, key, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    stored.complete(result.getSendStatus() == SendStatus.SEND_OK);
                }

                @Override
                public void onException(Throwable e) {
                    LOG.warn("a stock update was not confirmed: {}", e.toString());
                    stored.complete(false);
                }
            });
        } catch (MQClientException | RemotingException e) {
            LOG.warn("a stock update was not sent: {}", e.toString());
            stored.complete(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stored.complete(false);
        }
        return stored;
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
