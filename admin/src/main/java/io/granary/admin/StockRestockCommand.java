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

/** {@code granary admin stock restock}. */
@Command(
        name = "restock",
        description = "Adds units that came in to a SKU, and waits until that is done.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin stock restock TICKET 500",
            "  granary admin stock restock TICKET 500 --update-id delivery-17    # again: still 500"
        })
@Answers(StockUpdateView.class)
final class StockRestockCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Parameters(index = "1", paramLabel = "UNITS", description = "how many came, 1 or more")
    private long units;

    @Option(
            names = "--update-id",
            paramLabel = "ID",
            description = "names this delivery, for ever: it is added once (default: a new id each time)")
    private @Nullable String updateId;

    @Mixin
    private final StockUpdates updates = new StockUpdates();

    @Override
    int run(Api api, Output output) {
        StockOrder order = new StockOrder(updateId == null ? "admin-" + UUID.randomUUID() : updateId, units);
        StockUpdateView view = updates.carryOut(api, ApiPaths.of("skus", sku, "restock"), order);
        output.show(view, () -> output.table(StockUpdates.table(view)));
        return ExitCode.OK;
    }
}
