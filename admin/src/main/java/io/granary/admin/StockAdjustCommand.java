// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.StockOrder;
import io.granary.api.StockUpdateView;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin stock adjust}. */
@Command(
        name = "adjust",
        description = {
            "Corrects the count of a SKU, and waits until that is done.",
            "Fewer units than the books say are written off, out of the inventory: asked before."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin stock adjust TICKET --by 12",
            "  granary admin stock adjust TICKET --by -3 --yes    # three were broken"
        })
@Answers(StockUpdateView.class)
final class StockAdjustCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Option(
            names = "--by",
            required = true,
            paramLabel = "UNITS",
            description = "by how many the count was wrong: negative if there are fewer than the books say")
    private long units;

    @Option(
            names = "--update-id",
            paramLabel = "ID",
            description = "names this correction, for ever: it is done once (default: a new id each time)")
    private @Nullable String updateId;

    @Mixin
    private final StockUpdates updates = new StockUpdates();

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Override
    int run(Api api, Output output) {
        if (units < 0) {
            confirmation.ask("This writes off " + -units + " units of " + sku + ".");
        }
        StockOrder order = new StockOrder(updateId == null ? "admin-" + UUID.randomUUID() : updateId, units);
        StockUpdateView view = updates.carryOut(api, ApiPaths.of("skus", sku, "adjust"), order);
        output.show(view, () -> output.table(StockUpdates.table(view)));
        return ExitCode.OK;
    }
}
