// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceList;
import io.granary.config.Check;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code granary admin rebalance status}. */
@Command(
        name = "status",
        description = "How far a rebalance is; without a number, the newest ones.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin rebalance status",
            "  granary admin rebalance status 12 --wait 60s",
            "  granary admin rebalance status --sku TICKET --output json"
        })
final class RebalanceStatusCommand extends ApiCommand {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "the rebalance's number")
    private @Nullable Long id;

    @Option(names = "--sku", paramLabel = "SKU", description = "only those of this SKU")
    private @Nullable String sku;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "at most so many, 1 to 1000 (default: ${DEFAULT-VALUE})",
            defaultValue = "20")
    private int limit = 20;

    @Mixin
    private final RebalanceFollowing following = new RebalanceFollowing();

    @Override
    int run(Api api, Output output) {
        if (id != null) {
            return following.show(api, output, id);
        }
        Check.range("--limit", limit, 1, 1_000);
        String path =
                ApiPaths.of("rebalances") + "?limit=" + limit + (sku == null ? "" : "&sku=" + ApiPaths.segment(sku));
        RebalanceList list = api.get(path, RebalanceList.class);
        output.show(list, () -> output.table(RebalanceTables.rebalances(list.rebalances())));
        return ExitCode.OK;
    }
}
