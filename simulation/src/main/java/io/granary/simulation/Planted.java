// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.log.StockLog;
import io.granary.node.lane.BegunEpochs;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;

/**
 * Where a bug may be planted: at the ports, around the production classes, which know nothing of it. This one plants
 * none. One for each run.
 */
class Planted {
    /** Sees the surroundings before anything else happens. */
    void prepare(Scheduler scheduler, SimLog log, Books books) {}

    StockLog nodeLog(StockLog log, SimProcess node) {
        return log;
    }

    BegunEpochs begunEpochs() {
        return new BegunEpochs();
    }

    Acceptor<byte[], byte[]> clients(Acceptor<byte[], byte[]> node, SimProcess process) {
        return node;
    }

    Acceptor<LeaderMessage, NodeMessage> leaders(Acceptor<LeaderMessage, NodeMessage> node, SimProcess process) {
        return node;
    }

    Connector<LeaderMessage, NodeMessage> leaderConnector(Connector<LeaderMessage, NodeMessage> network) {
        return network;
    }

    Connector<byte[], byte[]> clientConnector(Connector<byte[], byte[]> network) {
        return network;
    }

    StockLog settlementLog(StockLog log) {
        return log;
    }

    AllocationStore allocationStore(AllocationStore store) {
        return store;
    }

    SettlementStore settlementStore(SettlementStore store, SimProcess allocator) {
        return store;
    }
}
