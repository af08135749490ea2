// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.LaneRecordView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code granary admin lane show}. */
@Command(
        name = "show",
        description = "A record of a lane, as far as it can be read.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin lane show 0 0")
@Answers(LaneRecordView.class)
final class LaneShowCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "LANE", description = "its number")
    private int lane;

    @Parameters(index = "1", paramLabel = "OFFSET", description = "where the record stands")
    private long offset;

    @Override
    int run(Api api, Output output) {
        LaneRecordView record = find(api, lane, offset);
        output.show(record, () -> show(output, record));
        return ExitCode.OK;
    }

    static LaneRecordView find(Api api, int lane, long offset) {
        return api.get(
                ApiPaths.of("lanes", Integer.toString(lane), "records", Long.toString(offset)), LaneRecordView.class);
    }

    static void show(Output output, LaneRecordView record) {
        output.line("lane " + record.lane() + " offset " + record.offset() + ": " + record.bytes() + " bytes, print "
                + record.print() + ", stored " + record.stored()
                + (record.writer() == null ? "" : ", written by " + record.writer()));
        output.line("begins with " + record.head());
        if (record.problem() != null) {
            output.line("can't be read: " + record.problem());
        }
        if (record.skipped()) {
            output.line("is passed over, as an operator has decided");
        }
        if (!record.sections().isEmpty()) {
            Table table = new Table()
                    .text("what")
                    .text("SKU")
                    .number("slot")
                    .number("epoch")
                    .number("seq")
                    .number("units");
            record.sections()
                    .forEach(one -> table.row(one.kind(), one.sku(), one.slot(), one.epoch(), one.seq(), one.units()));
            output.table(table);
        }
    }
}
