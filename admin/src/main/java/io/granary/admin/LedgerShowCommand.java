// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.LedgerView;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin ledger show}. */
@Command(
        name = "show",
        description = {
            "What the ledger says of an order: its deduction, and other quantities under the same key, which were refused.",
            "Ends with 1 if there is none: it was not sold, or has not settled yet."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin ledger show TICKET order-4711",
            "  granary admin ledger show TICKET --id 9f86d081884c7d659a2feaa0c55ad015"
        })
@Answers(LedgerView.class)
final class LedgerShowCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "KEY",
            description = "the order's key, as the shop gave it to the client library; this or --id")
    private @Nullable String key;

    @Option(names = "--id", paramLabel = "HEX", description = "the request id, 32 hexadecimal digits")
    private @Nullable String id;

    @Override
    int run(Api api, Output output) {
        if ((key == null) == (id == null)) {
            throw AdminException.badArguments(
                    "KEY, --id: " + (key == null ? "neither" : "both") + " (expected: one of them)");
        }
        String query = key == null ? "id=" + ApiPaths.segment(String.valueOf(id)) : "key=" + ApiPaths.segment(key);
        LedgerView view = api.get(ApiPaths.of("skus", sku, "ledger") + "?" + query, LedgerView.class);
        output.show(view, () -> show(view, output));
        return view.entry() == null ? ExitCode.NO : ExitCode.OK;
    }

    private static void show(LedgerView view, Output output) {
        output.line("request id " + view.requestId() + " of " + view.sku());
        LedgerView.Entry entry = view.entry();
        if (entry == null) {
            output.line("not in the ledger: not sold, or not settled yet");
        } else {
            output.table(new Table()
                    .text("state")
                    .number("quantity")
                    .number("slot")
                    .number("epoch")
                    .text("time")
                    .row(entry.state(), entry.quantity(), entry.slot(), entry.epoch(), entry.time()));
        }
        if (!view.conflicts().isEmpty()) {
            Table table = new Table()
                    .number("refused quantity")
                    .number("slot")
                    .number("epoch")
                    .text("time");
            view.conflicts().forEach(one -> table.row(one.quantity(), one.slot(), one.epoch(), one.time()));
            output.line("");
            output.table(table);
        }
    }
}
