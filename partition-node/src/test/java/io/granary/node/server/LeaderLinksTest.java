// SPDX-License-Identifier: Apache-2.0
package io.granary.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.granary.proto.AssignLane;
import io.granary.proto.CeilingsKept;
import io.granary.proto.Leader;
import io.granary.proto.LeaderMessage;
import io.granary.proto.NodeMessage;
import io.granary.protocol.Link;
import io.granary.protocol.LinkListener;
import io.granary.testing.ManualLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaderLinksTest implements LeaderLinks.Orders {
    private static final int IMPOSSIBLE = -7;

    private final ManualLoop loop = new ManualLoop();
    private final LeaderLinks links = new LeaderLinks(loop, this);
    private final List<String> heard = new ArrayList<>();

    @Override
    public void onLeader() {
        heard.add("leader");
    }

    @Override
    public void onOrder(LeaderMessage order) {
        int lane = order.getAssignLane().getLane();
        heard.add("lane " + lane);
        if (lane == IMPOSSIBLE) {
            throw new IllegalArgumentException("lane: " + lane);
        }
    }

    @Override
    public void onLeaderGone() {
        heard.add("gone");
    }

    /** One who says that he leads. */
    private final class Claimant implements Link<NodeMessage> {
        final List<NodeMessage> messages = new ArrayList<>();
        final LinkListener<LeaderMessage> node = links.accept(this);
        boolean closed;

        Claimant greet(long term) {
            return say(LeaderMessage.newBuilder()
                    .setLeader(Leader.newBuilder().setName("a").setTerm(term))
                    .build());
        }

        Claimant assign(int lane) {
            return say(LeaderMessage.newBuilder()
                    .setAssignLane(AssignLane.newBuilder().setLane(lane))
                    .build());
        }

        Claimant breakOff() {
            node.onBroken("test");
            loop.run();
            return this;
        }

        private Claimant say(LeaderMessage message) {
            node.onMessage(message);
            loop.run();
            return this;
        }

        @Override
        public void send(NodeMessage message) {
            messages.add(message);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static NodeMessage kept(long round) {
        return NodeMessage.newBuilder()
                .setCeilingsKept(CeilingsKept.newBuilder().setRound(round))
                .build();
    }

    @Test
    void aLeaderIsObeyedOnceItHasSaidItsTerm() {
        Claimant leader = new Claimant().assign(1);
        assertThat(heard).isEmpty();
        assertThat(links.hasLeader()).isFalse();
        links.send(kept(1));

        leader.greet(3).assign(2);
        links.send(kept(2));

        assertThat(heard).containsExactly("leader", "lane 2");
        assertThat(leader.messages).containsExactly(kept(2));
    }

    @Test
    void aHigherTermReplacesTheLeader() {
        Claimant old = new Claimant().greet(3);
        Claimant young = new Claimant().greet(4);
        old.assign(1);
        young.assign(2);
        links.send(kept(1));

        assertThat(old.closed).isTrue();
        assertThat(heard).containsExactly("leader", "gone", "leader", "lane 2");
        assertThat(old.messages).isEmpty();
        assertThat(young.messages).hasSize(1);

        old.breakOff();
        assertThat(links.hasLeader()).isTrue();
        assertThat(heard).hasSize(4);
    }

    @Test
    void aLowerTermIsRefusedWhileTheHigherOneIsHere() {
        Claimant leader = new Claimant().greet(Long.MAX_VALUE);
        Claimant old = new Claimant().greet(3).assign(1);
        assertThat(old.closed).isTrue();
        assertThat(heard).containsExactly("leader");

        leader.breakOff();
        Claimant again = new Claimant().greet(3).assign(1);

        // Or whoever says the highest number would have locked everybody out for ever.
        assertThat(again.closed).isFalse();
        assertThat(heard).containsExactly("leader", "gone", "leader", "lane 1");
    }

    @Test
    void theSameLeaderMayComeAgain() {
        Claimant first = new Claimant().greet(4);
        Claimant second = new Claimant().greet(4).assign(2);

        assertThat(first.closed).isTrue();
        assertThat(heard).containsExactly("leader", "gone", "leader", "lane 2");

        second.breakOff();
        new Claimant().greet(4);
        assertThat(heard).endsWith("gone", "leader");
    }

    @Test
    void anImpossibleOrderEndsTheLink() {
        Claimant leader = new Claimant().greet(1).assign(IMPOSSIBLE);
        assertThat(leader.closed).isTrue();
        leader.breakOff();

        assertThat(heard).containsExactly("leader", "lane -7", "gone");
    }
}
