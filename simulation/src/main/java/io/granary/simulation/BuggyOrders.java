// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.model.PartitionId;
import io.granary.model.Sku;
import io.granary.proto.EarlierEpoch;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.proto.Open;
import io.granary.proto.OpenPartition;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import java.util.List;
import java.util.function.UnaryOperator;

/** Orders that are understood wrongly. */
final class BuggyOrders {
    private BuggyOrders() {}

    /** A node that understands something else than it was told. */
    static Acceptor<LeaderMessage, NodeMessage> changed(
            Acceptor<LeaderMessage, NodeMessage> node, UnaryOperator<LeaderMessage> change) {
        return link -> {
            LinkListener<LeaderMessage> listener = node.accept(link);
            return new LinkListener<>() {
                @Override
                public void onMessage(LeaderMessage message) {
                    listener.onMessage(change.apply(message));
                }

                @Override
                public void onReady() {
                    listener.onReady();
                }

                @Override
                public void onBroken(String reason) {
                    listener.onBroken(reason);
                }
            };
        };
    }

    /** A leader that says something else than it wants. */
    static Connector<LeaderMessage, NodeMessage> changed(
            Connector<LeaderMessage, NodeMessage> network, UnaryOperator<LeaderMessage> change) {
        return new Connector<>() {
            @Override
            public Link<LeaderMessage> connect(String address, LinkListener<NodeMessage> listener) {
                Link<LeaderMessage> link = network.connect(address, listener);
                return new Link<>() {
                    @Override
                    public void send(LeaderMessage message) {
                        link.send(change.apply(message));
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

            @Override
            public void close() {
                network.close();
            }
        };
    }

    static LeaderMessage lastEpochOnly(LeaderMessage order) {
        return opens(order, partition -> {
            long last = partition.getEarlierList().stream()
                    .mapToLong(EarlierEpoch::getEpoch)
                    .max()
                    .orElse(0);
            return withEarlier(
                    partition,
                    partition.getEarlierList().stream()
                            .filter(earlier -> earlier.getFenced() || earlier.getEpoch() == last)
                            .toList());
        });
    }

    static LeaderMessage withoutSettledIds(LeaderMessage order) {
        LeaderMessage stripped = opens(
                order,
                partition -> withEarlier(
                        partition,
                        partition.getEarlierList().stream()
                                .filter(earlier -> !earlier.getFenced())
                                .toList()));
        if (!stripped.hasOpen()) {
            return stripped;
        }
        Open.Builder open = stripped.getOpen().toBuilder();
        open.getLanesBuilderList().forEach(lane -> lane.setWindow(lane.getSettled()));
        return stripped.toBuilder().setOpen(open).build();
    }

    /** Changes nothing, but remembers what is to be opened. */
    static LeaderMessage noted(LeaderMessage order, OpenHere openHere) {
        order.getOpen().getPartitionsList().forEach(partition -> openHere.told(idOf(partition), partition.getEpoch()));
        return order;
    }

    static PartitionId idOf(OpenPartition partition) {
        return new PartitionId(new Sku(partition.getSku()), partition.getSlot());
    }

    private static LeaderMessage opens(LeaderMessage order, UnaryOperator<OpenPartition> change) {
        if (!order.hasOpen()) {
            return order;
        }
        Open.Builder open = order.getOpen().toBuilder().clearPartitions();
        order.getOpen().getPartitionsList().forEach(partition -> open.addPartitions(change.apply(partition)));
        return order.toBuilder().setOpen(open).build();
    }

    private static OpenPartition withEarlier(OpenPartition partition, List<EarlierEpoch> earlier) {
        return partition.toBuilder().clearEarlier().addAllEarlier(earlier).build();
    }
}
