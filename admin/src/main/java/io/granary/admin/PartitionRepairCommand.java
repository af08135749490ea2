// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RepairRequest;
import io.granary.api.SkuDetail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin partition repair}. */
@Command(
        name = "repair",
        description = {
            "Ends the halt of a partition: so many units have left it that the books don't know, and are written off; the"
                    + " rest of what it holds is sold again.",
            "A partition is halted when records of it are missing, or contradict the books: see reconcile and lane show."
                    + " With fewer units than were sold, units are sold twice; with all that it holds, none is.",
            "Asked before; noted with its reason."
        })
@Answers(SkuDetail.class)
final class PartitionRepairCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "SKU", description = "its code")
    private String sku = "";

    @Parameters(index = "1", paramLabel = "SLOT", description = "the partition's number")
    private int slot;

    @Option(
            names = "--consumed",
            required = true,
            paramLabel = "UNITS",
            description = "how many have left it beside what the books know, 0 to what it holds")
    private long units;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "why, for the records")
    private String reason = "";

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Override
    int run(Api api, Output output) {
        confirmation.ask("This writes off " + units + " units of " + sku + " and has the rest that its slot " + slot
                + " holds sold again.");
        SkuDetail detail = api.post(
                ApiPaths.of("skus", sku, "partitions", Integer.toString(slot), "repair"),
                new RepairRequest(units, reason),
                SkuDetail.class);
        output.show(detail, () -> output.table(SkuTables.partitions(detail.partitions())));
        return ExitCode.OK;
    }
}
