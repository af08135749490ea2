// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuView;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku resume}. */
@Command(
        name = "resume",
        description = "Lets the sale of a paused SKU go on.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin sku resume TICKET")
@Answers(SkuView.class)
final class SkuResumeCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Override
    int run(Api api, Output output) {
        SkuView view = api.post(ApiPaths.of("skus", sku, "resume"), Map.of(), SkuView.class);
        output.show(view, () -> output.table(SkuTables.skus(List.of(view))));
        return ExitCode.OK;
    }
}
