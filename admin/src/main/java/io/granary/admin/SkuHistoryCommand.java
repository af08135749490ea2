// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.OperationList;
import io.granary.api.OperationView;
import io.granary.config.Check;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin sku history}. */
@Command(
        name = "history",
        description = {
            "Who did what to a SKU, the newest first: operators, and tasks in their stead.",
            "Times are the database's, in UTC. It is kept as long as granary.allocator.retention.history says."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin sku history TICKET --limit 5",
            "  granary admin sku history                       # all of them, and what was done to nodes"
        })
@Answers(OperationList.class)
final class SkuHistoryCommand extends ApiCommand {
    @Parameters(arity = "0..1", paramLabel = "SKU", description = "its code (default: all of them)")
    private @Nullable String sku;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "at most so many, 1 to 1000 (default: ${DEFAULT-VALUE})",
            defaultValue = "50")
    private int limit = 50;

    @Option(
            names = "--before",
            paramLabel = "NUMBER",
            description = "only what came before this one, for the next page (default: the newest)")
    private @Nullable Long before;

    @Override
    int run(Api api, Output output) {
        Check.range("--limit", limit, 1, 1_000);
        String query = "?limit=" + limit
                + (sku == null ? "" : "&sku=" + ApiPaths.segment(sku))
                + (before == null ? "" : "&before=" + Check.range("--before", before, 1L, Long.MAX_VALUE));
        OperationList list = api.get(ApiPaths.of("history") + query, OperationList.class);
        output.show(list, () -> output.table(table(list)));
        return ExitCode.OK;
    }

    private static Table table(OperationList list) {
        Table table = new Table()
                .number("number")
                .text("time")
                .text("who")
                .text("what")
                .text("SKU")
                .number("units")
                .text("of")
                .text("outcome")
                .text("reason");
        for (OperationView one : list.operations()) {
            table.row(
                    one.number(),
                    one.time(),
                    one.who(),
                    one.kind() + (one.what().isEmpty() ? "" : " " + one.what()),
                    one.sku(),
                    one.units(),
                    one.rebalance() == null ? one.subject() : "rebalance " + one.rebalance(),
                    one.outcome(),
                    one.reason());
        }
        return table;
    }
}
