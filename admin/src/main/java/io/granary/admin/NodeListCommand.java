// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.NodeList;
import io.granary.api.NodeView;
import picocli.CommandLine.Command;

/** {@code granary admin node list}. */
@Command(
        name = "list",
        description = "The nodes that live or are drained.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin node list")
final class NodeListCommand extends ApiCommand {
    @Override
    int run(Api api, Output output) {
        NodeList list = api.get(ApiPaths.of("nodes"), NodeList.class);
        output.show(list, () -> output.table(table(list)));
        return ExitCode.OK;
    }

    static Table table(NodeList list) {
        Table table = new Table()
                .text("node")
                .text("incarnation")
                .text("address")
                .number("lane")
                .text("ready")
                .number("partitions")
                .text("drained");
        list.nodes()
                .forEach(node -> table.row(
                        node.node(),
                        node.incarnation() == null ? "does not live" : node.incarnation(),
                        node.address(),
                        node.lane(),
                        ready(node),
                        node.partitions(),
                        node.drained() ? "by " + node.drainedBy() : "no"));
        return table;
    }

    private static String ready(NodeView node) {
        return node.outOfReachSince() == null
                ? node.ready() ? "yes" : "no"
                : "out of reach since " + node.outOfReachSince();
    }
}
