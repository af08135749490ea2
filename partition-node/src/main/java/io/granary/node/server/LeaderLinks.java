// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import io.granary.concurrent.Loop;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Acceptor;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's link: of those that say they lead, the one with the highest term is heard. A term is a number that anybody
 * can say, so it counts only while the link of whoever said it is open; what an earlier leader may then order does no
 * harm, as the books refuse what it writes.
 */
public final class LeaderLinks implements Acceptor<LeaderMessage, NodeMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLinks.class);

    /** Does what leaders say. Called on the loop. */
    interface Orders {
        /** A leader is heard for the first time. */
        void onLeader();

        void onOrder(LeaderMessage order);

        /** The leader that was heard is gone, or another one is heard now. */
        void onLeaderGone();
    }

    private final Loop loop;
    private final Orders orders;
    // Touched on the loop only.
    private @Nullable Attendance leader;

    LeaderLinks(Loop loop, Orders orders) {
        this.loop = loop;
        this.orders = orders;
    }

    @Override
    public LinkListener<LeaderMessage> accept(Link<NodeMessage> link) {
        return new Attendance(link);
    }

    /** Tells the leader, if there is one. */
    void send(NodeMessage message) {
        if (leader != null) {
            leader.link.send(message);
        }
    }

    boolean hasLeader() {
        return leader != null;
    }

    private final class Attendance implements LinkListener<LeaderMessage> {
        private final Link<NodeMessage> link;
        private long term;

        Attendance(Link<NodeMessage> link) {
            this.link = link;
        }

        @Override
        public void onMessage(LeaderMessage message) {
            loop.offer(() -> {
                if (message.hasLeader()) {
                    greet(message.getLeader());
                } else if (leader == this) {
                    obey(message);
                }
            });
        }

        private void obey(LeaderMessage message) {
            try {
                orders.onOrder(message);
            } catch (IllegalArgumentException e) {
                LOG.error("The leader's link is closed, it ordered what can't be: {}", message, e);
                link.close();
            }
        }

        private void greet(Leader greeting) {
            if (leader != null && greeting.getTerm() < leader.term) {
                LOG.info(
                        "Refused leader {} of term {}: that of term {} is here",
                        greeting.getName(),
                        greeting.getTerm(),
                        leader.term);
                link.close();
                return;
            }
            if (leader != null && leader != this) {
                leader.link.close();
                orders.onLeaderGone();
            }
            term = greeting.getTerm();
            leader = this;
            LOG.info("Attended by leader {} of term {}", greeting.getName(), term);
            orders.onLeader();
        }

        @Override
        public void onBroken(String reason) {
            loop.offer(() -> {
                if (leader == this) {
                    leader = null;
                    LOG.info("The leader's link is over: {}", reason);
                    orders.onLeaderGone();
                }
            });
        }
    }
}
