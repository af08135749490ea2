// SPDX-License-Identifier: Apache-2.0
package io.granary.allocator.console;

import io.granary.allocator.control.LeaderLook;
import io.granary.allocator.store.Holdings;
import io.granary.api.Overview;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The nodes that live, with what they hold and how fast they sell. Not thread-safe. */
final class NodeTrends {
    private static final class Node {
        final Trend rate = new Trend(1);
        Holdings holdings;

        Node(Holdings holdings) {
            this.holdings = holdings;
        }
    }

    private Map<String, Node> nodes = new HashMap<>();

    /** Takes what was read, all of it. */
    void take(long time, List<Holdings> all) {
        Map<String, Node> next = new HashMap<>();
        for (Holdings holdings : all) {
            Node node = nodes.get(holdings.node());
            // What others sold of a partition comes along with it: that is no sale of this node.
            if (node == null || node.holdings.partitions() != holdings.partitions()) {
                node = new Node(holdings);
            }
            node.holdings = holdings;
            node.rate.measure(time, holdings.consumed());
            next.put(holdings.node(), node);
        }
        nodes = next;
    }

    List<Overview.NodeFigures> figures(LeaderLook seen) {
        List<Overview.NodeFigures> figures = new ArrayList<>();
        for (LeaderLook.NodeLook look : seen.nodes()) {
            Node node = nodes.get(look.incarnation());
            figures.add(new Overview.NodeFigures(
                    look.incarnation(),
                    look.address(),
                    look.lane(),
                    look.ready(),
                    look.drained(),
                    node == null ? 0 : node.holdings.partitions(),
                    node == null ? 0 : node.holdings.exhausted(),
                    node == null ? 0 : node.holdings.units(),
                    node == null ? 0 : node.rate.perSecond()));
        }
        return figures;
    }
}
