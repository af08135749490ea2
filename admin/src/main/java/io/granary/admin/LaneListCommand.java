// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.LaneList;
import picocli.CommandLine.Command;

/** {@code granary admin lane list}. */
@Command(
        name = "list",
        description = "How far each lane has settled, who appends there, and why settlement stopped, where it did.",
        footerHeading = "%nExample:%n",
        footer = "  granary admin lane list")
@Answers(LaneList.class)
final class LaneListCommand extends ApiCommand {
    @Override
    int run(Api api, Output output) {
        LaneList list = api.get(ApiPaths.of("lanes"), LaneList.class);
        output.show(list, () -> {
            Table table =
                    new Table().number("lane").text("node").number("settled").text("stopped");
            list.lanes().forEach(one -> table.row(one.lane(), one.owner(), one.settled(), one.alarm()));
            output.table(table);
        });
        return ExitCode.OK;
    }
}
