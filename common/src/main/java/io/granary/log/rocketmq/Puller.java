// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import java.time.Duration;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullCallback;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.CommunicationMode;
import org.apache.rocketmq.client.impl.consumer.PullAPIWrapper;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.common.sysflag.PullSysFlag;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;

/**
 * Pulls from an offset that the caller chooses.
 *
 * <p>RocketMQ would rather have everybody use its lite pull consumer, which reads ahead on threads of its own and keeps
 * positions: that fits neither a takeover, which reads a stretch of a lane once, nor settlement, whose positions are in
 * the database. What this class adds to the old pull consumer is how long the broker may hold a pull, for each pull.
 */
@SuppressWarnings("deprecation")
final class Puller extends DefaultMQPullConsumer {
    /** The broker looks only every 5 s whether it has held a pull for too long. */
    private static final Duration HOLD_SLACK = Duration.ofSeconds(6);

    private final SubscriptionData everything = new SubscriptionData();

    Puller(String group, String topic) {
        super(group);
        everything.setTopic(topic);
        everything.setSubString(SubscriptionData.SUB_ALL);
    }

    /** How long the answer to a pull may take. */
    static Duration timeout(Duration hold, Duration patience) {
        return hold.isZero() ? patience : hold.plus(HOLD_SLACK).plus(patience);
    }

    /**
     * May block while the broker's address is not known.
     *
     * @param hold how long the broker may hold the pull if there is nothing yet; zero for an answer at once
     */
    void pull(MessageQueue queue, long from, int maxRecords, Duration hold, Duration timeout, PullCallback callback)
            throws MQClientException, MQBrokerException, RemotingException, InterruptedException {
        PullAPIWrapper wrapper = defaultMQPullConsumerImpl.getPullAPIWrapper();
        wrapper.pullKernelImpl(
                queue,
                everything.getSubString(),
                everything.getExpressionType(),
                0,
                from,
                maxRecords,
                Integer.MAX_VALUE,
                PullSysFlag.buildSysFlag(false, !hold.isZero(), true, false),
                0,
                hold.toMillis(),
                timeout.toMillis(),
                CommunicationMode.ASYNC,
                new PullCallback() {
                    @Override
                    public void onSuccess(PullResult result) {
                        callback.onSuccess(wrapper.processPullResult(queue, result, everything));
                    }

                    @Override
                    public void onException(Throwable fault) {
                        callback.onException(fault);
                    }
                });
    }
}
