// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.log.StockLog;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;

/**
 * Where a bug may be planted: at the ports, around the production classes, which know nothing of it. This one plants
 * none.
 */
class Planted {
    StockLog nodeLog(StockLog log, SimProcess process, World world) {
        return log;
    }

    StockLog settlementLog(StockLog log) {
        return log;
    }

    SettlementStore settlementStore(SettlementStore store, Books books, Scheduler scheduler) {
        return store;
    }

    AllocationStore allocationStore(AllocationStore store) {
        return store;
    }

    Acceptor<byte[], byte[]> clients(Acceptor<byte[], byte[]> node) {
        return node;
    }

    Acceptor<LeaderMessage, NodeMessage> leaders(Acceptor<LeaderMessage, NodeMessage> node) {
        return node;
    }

    Connector<LeaderMessage, NodeMessage> leaderConnector(Connector<LeaderMessage, NodeMessage> network) {
        return network;
    }

    Connector<byte[], byte[]> clientConnector(Connector<byte[], byte[]> network) {
        return network;
    }
}
