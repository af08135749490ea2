// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.Explanation;
import io.granary.api.SkuView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin explain}. */
@Command(
        name = "explain",
        description = {
            "Where every unit of a SKU is: in the inventory, in each partition and with whom, in flight (taken, but not"
                    + " settled), sold, written off; and whether the sums are right.",
            "Counts the SKU's ledger. Ends with 1 if a sum is wrong."
        },
        footerHeading = "%nExample:%n",
        footer = "  granary admin explain TICKET")
@Answers(Explanation.class)
final class ExplainCommand extends ApiCommand {
    @Parameters(paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Override
    int run(Api api, Output output) {
        Explanation view = api.getSlow(ApiPaths.of("skus", sku, "explain"), Explanation.class);
        output.show(view, () -> show(view, output));
        return view.addsUp() ? ExitCode.OK : ExitCode.NO;
    }

    private static void show(Explanation view, Output output) {
        SkuView sku = view.sku();
        output.table(SkuTables.skus(List.of(sku)));
        output.line("");
        Table places = new Table()
                .number("slot")
                .number("epoch")
                .text("state")
                .text("owner")
                .number("held")
                .number("free")
                .number("in flight")
                .number("on the way")
                .number("units/s");
        view.partitions()
                .forEach(one -> places.row(
                        one.slot(),
                        one.epoch(),
                        one.state(),
                        one.node(),
                        one.held(),
                        one.free(),
                        one.inFlight(),
                        one.onTheWay(),
                        one.unitsPerSecond() == null ? null : Math.round(one.unitsPerSecond())));
        output.table(places);
        output.line("");
        Table sums = new Table().text("sum").number("").number("").text("");
        view.sums().forEach(sum -> sums.row(sum.what(), sum.left(), sum.right(), sum.ok() ? "ok" : "WRONG"));
        output.table(sums);
        output.line(view.addsUp() ? "it adds up" : "IT DOES NOT ADD UP");
    }
}
