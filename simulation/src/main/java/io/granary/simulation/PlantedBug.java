// SPDX-License-Identifier: Apache-2.0
package io.granary.simulation;

import io.granary.allocator.allocation.AllocationStore;
import io.granary.allocator.settlement.SettlementStore;
import io.granary.log.StockLog;
import io.granary.model.PartitionId;
import io.granary.node.lane.BegunEpochs;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Connector;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plants one bug, by what it does to what passes the ports. */
final class PlantedBug extends Planted {
    private final Bug bug;
    private final Map<SimProcess, OpenHere> openHere = new HashMap<>();
    private final Map<SimProcess, RememberedRefusals> refusals = new HashMap<>();
    private final GrantDifferences differences = new GrantDifferences();
    private @Nullable Scheduler scheduler;
    private @Nullable SimLog broker;
    private @Nullable Books books;
    private @Nullable BuggyMoves moves;

    PlantedBug(Bug bug) {
        this.bug = bug;
    }

    private static <T> T prepared(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the bug is not prepared");
        }
        return part;
    }

    @Override
    void prepare(Scheduler ofRun, SimLog log, Books ofWorld) {
        scheduler = ofRun;
        broker = log;
        books = ofWorld;
        moves = new BuggyMoves(ofWorld);
        if (bug == Bug.FLUSH_TIMEOUT_COUNTS) {
            log.acknowledgeUnflushed();
        } else if (bug == Bug.NO_WINDOW_NO_LEDGER_CHECK) {
            ofWorld.takeIdsTwice();
        } else if (bug == Bug.FREEZE_UNHEEDED) {
            ofWorld.ignoreFreezes();
        } else if (bug == Bug.TOPPED_UP_TWICE) {
            ofWorld.grantByWhatWasRead();
        }
    }

    @Override
    StockLog nodeLog(StockLog log, SimProcess node) {
        return switch (bug) {
            case NO_OFFSET_CHECK, NO_GAP_READ, NO_FENCE, FENCES_FORGOTTEN, ANSWERED_EARLY ->
                new BuggyNodeLog(bug, log, prepared(broker), openHere(node));
            case UNACKNOWLEDGED_NAMED -> BuggyProofs.namedTooEarly(log);
            default -> log;
        };
    }

    private RememberedRefusals refusals(SimProcess node) {
        return refusals.computeIfAbsent(node, process -> new RememberedRefusals());
    }

    private OpenHere openHere(SimProcess node) {
        return openHere.computeIfAbsent(node, process -> new OpenHere());
    }

    @Override
    BegunEpochs begunEpochs() {
        if (bug != Bug.EPOCH_OPENED_TWICE) {
            return super.begunEpochs();
        }
        return new BegunEpochs() {
            @Override
            public long highest(PartitionId partition) {
                return 0;
            }
        };
    }

    @Override
    Acceptor<byte[], byte[]> clients(Acceptor<byte[], byte[]> node, SimProcess process) {
        return switch (bug) {
            case OLD_STREAMS_ACT -> BuggyStreams.everySessionNew(node);
            case REFUSED_UNASKED, FORMER_OWNER_BELIEVED -> refusals(process).before(node);
            default -> node;
        };
    }

    @Override
    Acceptor<LeaderMessage, NodeMessage> leaders(Acceptor<LeaderMessage, NodeMessage> node, SimProcess process) {
        return switch (bug) {
            case LAST_EPOCH_ONLY -> BuggyOrders.changed(node, BuggyOrders::lastEpochOnly);
            case SETTLED_IDS_LEFT_OUT, NO_WINDOW_NO_LEDGER_CHECK ->
                BuggyOrders.changed(node, BuggyOrders::withoutSettledIds);
            case REFUSED_UNASKED, FORMER_OWNER_BELIEVED -> BuggyOrders.changed(node, refusals(process)::heard);
            case FENCES_FORGOTTEN -> BuggyOrders.changed(node, order -> BuggyOrders.noted(order, openHere(process)));
            case GRANTS_AS_DIFFERENCES -> BuggyOrders.changed(node, differences.ofNode()::added);
            default -> node;
        };
    }

    @Override
    Connector<LeaderMessage, NodeMessage> leaderConnector(Connector<LeaderMessage, NodeMessage> network) {
        return bug == Bug.GRANTS_AS_DIFFERENCES ? BuggyOrders.changed(network, differences::sent) : network;
    }

    @Override
    Connector<byte[], byte[]> clientConnector(Connector<byte[], byte[]> network) {
        return switch (bug) {
            case SLOT_CHANGED_WHEN_UNKNOWN -> BuggyStreams.brokenMeansRefused(network);
            case FORMER_OWNER_BELIEVED -> new FormerOwners(network, prepared(scheduler));
            default -> network;
        };
    }

    @Override
    StockLog settlementLog(StockLog log) {
        return switch (bug) {
            case SETTLING_WITHOUT_SEQ -> new RenumberedLog(log, prepared(books));
            case VISIBLE_SETTLES -> BuggyProofs.notAskedFor(log);
            default -> log;
        };
    }

    @Override
    AllocationStore allocationStore(AllocationStore store) {
        return bug == Bug.MOVED_UNSETTLED ? prepared(moves).asking(store) : store;
    }

    @Override
    SettlementStore settlementStore(SettlementStore store, SimProcess allocator) {
        return switch (bug) {
            case SETTLING_WITHOUT_SEQ -> BuggyStores.withoutTail(store);
            case MOVED_UNSETTLED -> prepared(moves).settling(store);
            case OFFSET_APART -> BuggyStores.offsetApart(store, prepared(books), prepared(scheduler), allocator);
            default -> store;
        };
    }
}
