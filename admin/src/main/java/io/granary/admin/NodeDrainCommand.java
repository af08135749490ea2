// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code granary admin node drain}. */
@Command(
        name = "drain",
        description =
                "Before maintenance: the node's partitions get other owners, and it gets no new ones, also after a"
                        + " restart, until it is undrained. Sales go on.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin node drain node-2 --wait 60s    # then stop it",
            "  granary admin node undrain node-2"
        })
final class NodeDrainCommand extends ApiCommand {
    @Parameters(paramLabel = "NODE", description = "its configured name")
    private String node = "";

    @Mixin
    private final RebalanceFollowing following = new RebalanceFollowing();

    @Override
    int run(Api api, Output output) {
        RebalanceView view = api.post(ApiPaths.of("nodes", node, "drain"), Map.of(), RebalanceView.class);
        return following.show(api, output, view.id());
    }
}
