// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.Reconciliation;
import picocli.CommandLine.Command;

/** {@code granary admin reconcile}. */
@Command(
        name = "reconcile",
        description = {
            "Checks all books against each other: units, partitions, the ledger. Halted partitions, with the units that are"
                    + " locked in them, and lanes at which settlement has stopped do not add up. Reads only; reads the whole"
                    + " ledger.",
            "Ends with 1 if something does not add up."
        },
        footerHeading = "%nExample:%n",
        footer = "  granary admin reconcile --output json")
@Answers(Reconciliation.class)
final class ReconcileCommand extends ApiCommand {
    @Override
    int run(Api api, Output output) {
        Reconciliation view = api.getSlow(ApiPaths.of("reconcile"), Reconciliation.class);
        output.show(view, () -> {
            if (!view.drifts().isEmpty()) {
                Table table = new Table()
                        .text("SKU")
                        .text("should be the same")
                        .number("")
                        .number("");
                view.drifts()
                        .forEach(one ->
                                table.row(one.sku() == null ? "" : one.sku(), one.what(), one.left(), one.right()));
                output.table(table);
            }
            output.line((view.ok() ? "all books add up" : "THE BOOKS DO NOT ADD UP") + " (" + view.millis() + " ms)");
        });
        return view.ok() ? ExitCode.OK : ExitCode.NO;
    }
}
