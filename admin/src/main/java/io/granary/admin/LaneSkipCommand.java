// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.LaneRecordView;
import io.granary.api.SkipRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin lane skip}. */
@Command(
        name = "skip",
        description = {
            "Has a record passed over that nobody can read: settlement and takeovers go on behind it. What it said is lost:"
                    + " partitions of which it had a section are halted by the next one.",
            "Asked before; for good, and noted with its reason. Another record at that offset is never passed over."
        })
@Answers(LaneRecordView.class)
final class LaneSkipCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "LANE", description = "its number")
    private int lane;

    @Parameters(index = "1", paramLabel = "OFFSET", description = "where the record stands")
    private long offset;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "why, for the records")
    private String reason = "";

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Override
    int run(Api api, Output output) {
        LaneRecordView before = LaneShowCommand.find(api, lane, offset);
        confirmation.ask("This passes over the record at offset " + offset + " of lane " + lane + ", " + before.bytes()
                + " bytes that begin with " + before.head() + ": what it said is lost.");
        LaneRecordView record = api.post(
                ApiPaths.of("lanes", Integer.toString(lane), "records", Long.toString(offset), "skip"),
                new SkipRequest(before.print(), reason),
                LaneRecordView.class);
        output.show(record, () -> LaneShowCommand.show(output, record));
        return ExitCode.OK;
    }
}
