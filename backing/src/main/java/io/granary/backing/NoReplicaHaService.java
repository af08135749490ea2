// SPDX-License-Identifier: Apache-2.0
package io.granary.backing;

import org.apache.rocketmq.store.ha.DefaultHAService;

/**
 * Replication for a broker without replicas: it does not listen for them. RocketMQ's own listens on all addresses, whatever
 * {@code bindAddress} says. Found through {@code META-INF/service}.
 */
public final class NoReplicaHaService extends DefaultHAService {
    @Override
    public void start() {
        // Nobody will connect.
    }
}
