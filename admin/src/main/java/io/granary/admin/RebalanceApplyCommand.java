// SPDX-License-Identifier: Apache-2.0
package io.granary.admin;

import io.granary.api.ApiPaths;
import io.granary.api.RebalanceView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code granary admin rebalance apply}. */
@Command(
        name = "apply",
        description = "Has the leading allocator do it; sales go on. It can be stopped and resumed.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  granary admin rebalance apply even TICKET --wait 30s",
            "  granary admin rebalance apply gather TICKET --slot 0",
            "  granary admin rebalance apply home TICKET      # until: rebalance apply unfreeze TICKET"
        })
final class RebalanceApplyCommand extends ApiCommand {
    @Mixin
    private final RebalanceWish wish = new RebalanceWish();

    @Mixin
    private final RebalanceFollowing following = new RebalanceFollowing();

    @Override
    int run(Api api, Output output) {
        RebalanceView view = api.post(ApiPaths.of("rebalances"), wish.request(), RebalanceView.class);
        return following.show(api, output, view.id());
    }
}
