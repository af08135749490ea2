// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.SkuCreation;
import io.granary.api.SkuDetail;
import io.granary.api.SkuView;
import io.granary.api.StockOrder;
import io.granary.config.Check;
import io.granary.stock.StockUpdate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku create}. */
@Command(
        name = "create",
        description = {
            "Makes a SKU known, with its first units if they are given.",
            "Done again it does nothing; with other slots or first units it is refused."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin sku create TICKET --slots 8 --units 10000",
            "  granary admin sku create TICKET --units 10000 --paused    # until: granary admin sku resume TICKET"
        })
@Answers(SkuView.class)
final class SkuCreateCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code, 1 to 64 visible ASCII characters")
    private String sku = "";

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "partitions that it is sold from, 1 to 1024 (default: what suits its first units)")
    private @Nullable Integer slots;

    @Option(
            names = "--units",
            paramLabel = "N",
            description = "its first units, 0 or more (default: ${DEFAULT-VALUE})",
            defaultValue = "0")
    private long units;

    @Option(names = "--paused", description = "not sold until it is resumed")
    private boolean paused;

    @Mixin
    private final StockUpdates updates = new StockUpdates();

    @Override
    int run(Api api, Output output) {
        Check.range("--units", units, 0, StockUpdate.MAX_UNITS);
        SkuView view = api.post(ApiPaths.of("skus"), new SkuCreation(sku, slots, units, paused), SkuView.class);
        if (units > 0) {
            // Its first units have an id of their own, so that doing all of this again adds nothing.
            updates.carryOut(api, ApiPaths.of("skus", sku, "restock"), new StockOrder("create-" + sku, units));
            view = api.get(ApiPaths.of("skus", sku), SkuDetail.class).sku();
        }
        SkuView shown = view;
        output.show(shown, () -> output.table(SkuTables.skus(List.of(shown))));
        return ExitCode.OK;
    }
}
