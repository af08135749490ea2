// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku freeze}. */
@Command(
        name = "freeze",
        description = "No unit of the SKU is moved any more; it sells what its partitions have.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin sku freeze TICKET")
final class SkuFreezeCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Override
    int run(Api api, Output output) {
        RebalanceView view = api.post(ApiPaths.of("skus", sku, "freeze"), Map.of(), RebalanceView.class);
        output.show(view, () -> output.table(RebalanceTables.rebalances(List.of(view))));
        return ExitCode.OK;
    }
}
