// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuDetail;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku show}. */
@Command(
        name = "show",
        description = "A SKU and its partitions, as settled.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin sku show TICKET")
final class SkuShowCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Override
    int run(Api api, Output output) {
        SkuDetail detail = api.get(ApiPaths.of("skus", sku), SkuDetail.class);
        output.show(detail, () -> {
            output.table(SkuTables.skus(List.of(detail.sku())));
            output.line("");
            output.table(SkuTables.partitions(detail.partitions()));
        });
        return ExitCode.OK;
    }
}
