// SPDX-License-Identifier: Apache-2.0
package io.granary.log.rocketmq;

import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.impl.MQClientManager;

/** What of RocketMQ's transport its clients' settings do not reach. */
final class Transport {
    private Transport() {}

    /**
     * Has answers decoded on the thread that reads them, instead of on one of four others: one hop less for each. Before
     * the client is started, which takes the transport that is made here.
     */
    static void decodeOnItsOwnThread(ClientConfig client) {
        MQClientManager.getInstance()
                .getOrCreateMQClientInstance(client, null)
                .getNettyClientConfig()
                .setDisableNettyWorkerGroup(true);
    }
}
