// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku unfreeze}. */
@Command(
        name = "unfreeze",
        description = "Units of the SKU may be moved again.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin sku unfreeze TICKET")
final class SkuUnfreezeCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Override
    int run(Api api, Output output) {
        RebalanceView view = api.post(ApiPaths.of("skus", sku, "unfreeze"), Map.of(), RebalanceView.class);
        output.show(view, () -> output.table(RebalanceTables.rebalances(List.of(view))));
        return ExitCode.OK;
    }
}
