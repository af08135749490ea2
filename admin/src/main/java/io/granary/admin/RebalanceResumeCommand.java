// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin rebalance resume}. */
@Command(
        name = "resume",
        description = "Goes on with one that was stopped.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin rebalance resume 12")
final class RebalanceResumeCommand extends ApiCommand {
    @Parameters(paramLabel = "ID", description = "the rebalance's number")
    private long id;

    @Override
    int run(Api api, Output output) {
        RebalanceView view =
                api.post(ApiPaths.of("rebalances", Long.toString(id), "resume"), Map.of(), RebalanceView.class);
        output.show(view, () -> output.table(RebalanceTables.rebalances(List.of(view))));
        return ExitCode.OK;
    }
}
