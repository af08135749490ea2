// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.OpenPartition;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;

/** Orders to open partitions, one for each, as if no more had room in a message: a takeover then has as many fence records. */
final class SplitOrders {
    private SplitOrders() {}

    static Connector<LeaderMessage, NodeMessage> over(Connector<LeaderMessage, NodeMessage> network) {
        return new Connector<>() {
            @Override
            public Link<LeaderMessage> connect(String address, LinkListener<NodeMessage> listener) {
                return split(network.connect(address, listener));
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }

    private static Link<LeaderMessage> split(Link<LeaderMessage> link) {
        return new Link<>() {
            @Override
            public void send(LeaderMessage message) {
                if (!message.hasOpen()) {
                    link.send(message);
                    return;
                }
                for (OpenPartition partition : message.getOpen().getPartitionsList()) {
                    LeaderMessage.Builder one = message.toBuilder();
                    one.getOpenBuilder().clearPartitions().addPartitions(partition);
                    link.send(one.build());
                }
            }

            @Override
            public boolean isReady() {
                return link.isReady();
            }

            @Override
            public void close() {
                link.close();
            }
        };
    }
}
