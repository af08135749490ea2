// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalancePlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code granary admin rebalance plan}. */
@Command(
        name = "plan",
        description = "What a rebalance would move now, from where to where, and why. Changes nothing.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin rebalance plan even TICKET",
            "  granary admin rebalance plan slots TICKET --slots 4",
            "  granary admin rebalance plan drain node-2"
        })
final class RebalancePlanCommand extends ApiCommand {
    @Mixin
    private final RebalanceWish wish = new RebalanceWish();

    @Override
    int run(Api api, Output output) {
        RebalancePlan plan = api.post(ApiPaths.of("rebalances", "plan"), wish.request(), RebalancePlan.class);
        output.show(plan, () -> {
            if (!plan.moves().isEmpty()) {
                output.table(RebalanceTables.moves(plan.moves()));
            }
            if (plan.moveCount() > plan.moves().size()) {
                output.line("… and " + (plan.moveCount() - plan.moves().size()) + " more");
            }
            output.line((plan.possible() ? "" : "NOT POSSIBLE: ") + plan.reason());
        });
        return plan.possible() ? ExitCode.OK : ExitCode.NO;
    }
}
