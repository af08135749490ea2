// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.StockUpdateView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin stock show}. */
@Command(
        name = "show",
        description = "What became of a change of stock: PENDING (or never sent), APPLIED, or DEAD with the reason.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin stock show delivery-17")
@Answers(StockUpdateView.class)
final class StockShowCommand extends ApiCommand {
    @Parameters(paramLabel = "UPDATE-ID", description = "its id")
    private String updateId = "";

    @Override
    int run(Api api, Output output) {
        StockUpdateView view = StockUpdates.show(api, updateId);
        output.show(view, () -> output.table(StockUpdates.table(view)));
        return view.outcome() == StockUpdateView.Outcome.APPLIED ? ExitCode.OK : ExitCode.NO;
    }
}
