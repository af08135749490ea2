// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.AllocationOrder;
import io.granary.api.AllocationView;
import io.granary.api.ApiPaths;
import io.granary.config.Check;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin allocate}. */
@Command(
        name = "allocate",
        description = "Moves units of a SKU from the inventory to its partitions now.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin allocate TICKET 2000              # so that its partitions have about the same",
            "  granary admin allocate TICKET 500 --slot 3",
            "  granary admin allocate TICKET 500 --key evening-1  # again: still 500"
        })
@Answers(AllocationView.class)
final class AllocateCommand extends ApiCommand {
    private static final String KEY = "1 to 128 visible ASCII characters";

    @Parameters(index = "0", paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Parameters(index = "1", paramLabel = "UNITS", description = "1 or more, at most the inventory")
    private long units;

    @Option(
            names = "--slot",
            paramLabel = "N",
            description = "the partition that gets them, 0 or more (default: all that are open)")
    private @Nullable Integer slot;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "names this command: under the same key it is done once (default: a new key each time)")
    private @Nullable String key;

    @Override
    int run(Api api, Output output) {
        String path = ApiPaths.of("skus", sku, "allocate");
        AllocationOrder order = new AllocationOrder(units, slot);
        AllocationView view = key == null
                ? api.post(path, order, AllocationView.class)
                : api.post(
                        path,
                        Check.require(key.matches("[!-~]{1,128}"), "--key", key, KEY),
                        order,
                        AllocationView.class);
        output.show(view, () -> {
            Table table = new Table().number("slot").number("epoch").number("units");
            view.grants().forEach(one -> table.row(one.slot(), one.epoch(), one.units()));
            output.table(table);
            output.line(String.format(
                    Locale.ROOT, "%,d units granted, %,d left in the inventory", view.units(), view.inventory()));
        });
        return ExitCode.OK;
    }
}
