// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin rebalance stop}. */
@Command(
        name = "stop",
        description = "Nothing more is moved for it; what was moved stays where it is.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin rebalance stop 12")
final class RebalanceStopCommand extends ApiCommand {
    @Parameters(paramLabel = "ID", description = "the rebalance's number")
    private long id;

    @Override
    int run(Api api, Output output) {
        RebalanceView view =
                api.post(ApiPaths.of("rebalances", Long.toString(id), "stop"), Map.of(), RebalanceView.class);
        output.show(view, () -> output.table(RebalanceTables.rebalances(List.of(view))));
        return ExitCode.OK;
    }
}
