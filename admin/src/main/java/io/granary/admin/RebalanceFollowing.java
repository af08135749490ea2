// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceDetail;
import io.granary.api.RebalanceState;
import io.granary.api.RebalanceView;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Waiting for the end of a rebalance, as an option. */
final class RebalanceFollowing {
    private static final Duration PAUSE = Duration.ofMillis(500);

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "until it is over, or for so long: 500ms, 60s, 5m",
            converter = TimeConverter.class)
    private @Nullable Duration wait;

    /** Shows how far it is, at the end of the wait. */
    int show(Api api, Output output, long id) {
        Deadline deadline = Deadline.in(wait == null ? Duration.ZERO : wait);
        RebalanceDetail detail = ask(api, id);
        while (isOpen(detail.rebalance()) && !deadline.isOver()) {
            deadline.pause(PAUSE);
            detail = ask(api, id);
        }
        RebalanceDetail last = detail;
        output.show(last, () -> {
            output.table(RebalanceTables.rebalances(List.of(last.rebalance())));
            if (!last.moves().isEmpty()) {
                output.line("");
                output.table(RebalanceTables.moves(last.moves()));
            }
        });
        boolean failed = last.rebalance().state() == RebalanceState.FAILED;
        return failed || (wait != null && last.rebalance().state() != RebalanceState.DONE) ? ExitCode.NO : ExitCode.OK;
    }

    private static boolean isOpen(RebalanceView view) {
        return view.state() == RebalanceState.PLANNED || view.state() == RebalanceState.RUNNING;
    }

    private static RebalanceDetail ask(Api api, long id) {
        return api.get(ApiPaths.of("rebalances", Long.toString(id)), RebalanceDetail.class);
    }
}
