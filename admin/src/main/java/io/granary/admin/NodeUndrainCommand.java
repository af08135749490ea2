// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.NodeList;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin node undrain}. */
@Command(
        name = "undrain",
        description = "The node may get partitions again.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin node undrain node-2")
final class NodeUndrainCommand extends ApiCommand {
    @Parameters(paramLabel = "NODE", description = "its configured name")
    private String node = "";

    @Override
    int run(Api api, Output output) {
        NodeList list = api.post(ApiPaths.of("nodes", node, "undrain"), Map.of(), NodeList.class);
        output.show(list, () -> output.table(NodeListCommand.table(list)));
        return ExitCode.OK;
    }
}
